import { useGraphiQL, useGraphiQLActions, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

const SYSTEM = window.matchMedia('(prefers-color-scheme: dark)');

export const EDITOR_THEME = { light: 'collegium-light', dark: 'collegium-dark' };

const LIGHT = colors({ base: '#ffffff', ink: '#334155', quiet: '#5b6b86', accent: '#2a4bc4', marked: '#2a4bc41f' });
const DARK = colors({ base: '#212a3b', ink: '#d3dae6', quiet: '#a3afc4', accent: '#93a8f7', marked: '#93a8f733' });

/** Keeps the editors in step with the page, in colors that can be read on it, whatever color the tenant has. */
export function useTheme(): void {
  const monaco = useMonaco((state) => state.monaco);
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    if (!monaco) return undefined;

    monaco.editor.defineTheme(EDITOR_THEME.light, {
      base: 'vs',
      inherit: true,
      colors: LIGHT,
      rules: [{ token: 'argument.identifier.gql', foreground: '#5b57c7' }],
    });
    monaco.editor.defineTheme(EDITOR_THEME.dark, {
      base: 'vs-dark',
      inherit: true,
      colors: DARK,
      rules: [
        { token: 'argument.identifier.gql', foreground: '#a5a1ff' },
        { token: 'comment', foreground: '#8fb573' },
      ],
    });
    setTheme(theme);

    // GraphiQL's page follows the system by itself; its editors do so only when they load.
    const follow = () => setTheme(theme);
    SYSTEM.addEventListener('change', follow);

    return () => SYSTEM.removeEventListener('change', follow);
  }, [monaco, theme, setTheme]);
}

interface Palette {
  base: string;
  ink: string;
  quiet: string;
  accent: string;
  marked: string;
}

function colors({ base, ink, quiet, accent, marked }: Palette): Record<string, string> {
  const clear = '#ffffff00';

  return {
    'editor.background': clear,
    'scrollbar.shadow': clear,
    'editorLineNumber.foreground': quiet,
    'editorLineNumber.activeForeground': ink,
    'textLink.foreground': accent,
    'textLink.activeForeground': accent,
    'editorLink.activeForeground': accent,
    'editorWidget.background': base,
    'editorWidget.resizeBorder': accent,
    'editorHoverWidget.background': base,
    'editorSuggestWidget.background': base,
    'editorSuggestWidget.foreground': ink,
    'editorSuggestWidget.highlightForeground': accent,
    'editorSuggestWidget.focusHighlightForeground': accent,
    'editorSuggestWidget.selectedBackground': marked,
    'editorSuggestWidget.selectedForeground': ink,
    'list.hoverBackground': marked,
    'list.highlightForeground': accent,
    'list.focusHighlightForeground': accent,
    'menu.background': base,
    'menu.foreground': ink,
    'menu.selectionBackground': marked,
    'menu.selectionForeground': ink,
    'quickInput.background': base,
    'quickInputList.focusBackground': marked,
    'quickInputList.focusForeground': ink,
    'input.background': marked,
    'inputOption.hoverBackground': marked,
    'toolbar.hoverBackground': marked,
    'pickerGroup.foreground': accent,
    focusBorder: accent,
  };
}
