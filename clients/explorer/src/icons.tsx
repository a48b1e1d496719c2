const frame = {
  viewBox: '0 0 20 20',
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
  strokeLinecap: 'round',
} as const;

export const ExamplesIcon = () => (
  <svg {...frame}>
    <path d="M3 4.5h14M3 10h8M3 15.5h6" />
    <path d="m13.5 11 4.5 3-4.5 3z" strokeLinejoin="round" />
  </svg>
);
