// Three ways to make the gate look like somebody's product, with nothing but its documented custom properties.

export const THEMES = {
  own: {},
  paper: {
    '--license-gate-accent': 'light-dark(#8a3b12, #f0a272)',
    '--license-gate-surface': 'light-dark(#fbf6ea, #2a241c)',
    '--license-gate-text': 'light-dark(#3b2f22, #f3e9d8)',
    '--license-gate-radius': '2px',
    'font-family': 'Georgia, serif',
  },
  terminal: {
    '--license-gate-accent': 'light-dark(#0b6b3a, #5be49b)',
    '--license-gate-surface': 'light-dark(#f1f7f3, #0d1512)',
    '--license-gate-text': 'light-dark(#12241a, #cfeedd)',
    '--license-gate-radius': '0',
    'font-family': 'ui-monospace, monospace',
  },
  candy: {
    '--license-gate-accent': 'light-dark(#b3146e, #ff8ac6)',
    '--license-gate-surface': 'light-dark(#fff5fa, #2b1524)',
    '--license-gate-text': 'light-dark(#3d1030, #ffe3f1)',
    '--license-gate-radius': '22px',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Theme = keyof typeof THEMES;

export const isTheme = (name: string): name is Theme => Object.hasOwn(THEMES, name);

/** The theme as a rule for a style sheet; empty where there is nothing to set. */
export function ruleOf(theme: Theme): string {
  const lines = Object.entries(THEMES[theme]).map(([name, value]) => `  ${name}: ${value};`);
  return lines.length === 0 ? '' : `license-gate {\n${lines.join('\n')}\n}`;
}
