const ENOUGH_CONTRAST = 4.5; // WCAG 2.2, 1.4.3

type Hsl = [hue: number, saturation: number, lightness: number];

/** The color, made darker or lighter until text in it can be read on the base; as GraphiQL's `h, s%, l%`. */
export function readableOn(base: string, color: string): string {
  const [hue, saturation, start] = hsl(rgb(color));
  const target = luminance(rgb(base));
  const step = target > 0.5 ? -1 : 1;

  let lightness = start;
  while (lightness > 0 && lightness < 100 && !readable(target, luminance(rgbOf([hue, saturation, lightness])))) {
    lightness += step;
  }

  return `${hue}, ${saturation}%, ${lightness}%`;
}

function readable(one: number, other: number): boolean {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) >= ENOUGH_CONTRAST;
}

function rgb(hex: string): number[] {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) / 255);
}

function luminance(channels: number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );

  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function hsl([red = 0, green = 0, blue = 0]: number[]): Hsl {
  const highest = Math.max(red, green, blue);
  const range = highest - Math.min(red, green, blue);
  const lightness = highest - range / 2;
  if (range === 0) return [0, 0, Math.round(lightness * 100)];

  const hue =
    highest === red ? (green - blue) / range : highest === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
  const saturation = range / (1 - Math.abs(2 * lightness - 1));

  return [Math.round((hue * 60 + 360) % 360), Math.round(saturation * 100), Math.round(lightness * 100)];
}

function rgbOf([hue, saturation, lightness]: Hsl): number[] {
  const light = lightness / 100;
  const reach = (saturation / 100) * Math.min(light, 1 - light);

  return [0, 8, 4].map((shift) => {
    const part = (shift + hue / 30) % 12;
    return light - reach * Math.max(-1, Math.min(part - 3, 9 - part, 1));
  });
}
