// The gate's looks: the system's own colors, so that light and dark come from the page's color-scheme, and its font
// from the page; a brand sets `--license-gate-*`. Colors that the system forces take the place of all of these.
// Constructed sheets only, so that strict pages allow them.

export const styles = /* css */ `
  :host {
    --_accent: var(--license-gate-accent, light-dark(#3a4fd8, #96a3ff));
    --_text: var(--license-gate-text, CanvasText);
    --_surface: var(--license-gate-surface, Canvas);
    --_muted: var(--license-gate-muted, color-mix(in srgb, var(--_text) 68%, var(--_surface)));
    --_border: var(--license-gate-border, color-mix(in srgb, var(--_text) 20%, var(--_surface)));
    --_danger: var(--license-gate-danger, light-dark(#b3261e, #ff9d95));
    --_on-accent: var(--license-gate-on-accent, light-dark(#fff, #10132b));
    --_radius: var(--license-gate-radius, 10px);
  }
  :host(:focus),
  h2:focus {
    outline: none;
  }
  [part='card'],
  aside,
  [part='notice'] {
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    line-height: 1.5;
  }
  [part='card'] {
    container-type: inline-size;
    box-sizing: border-box;
    inline-size: min(var(--license-gate-width, 27rem), 100% - 2rem);
    margin: clamp(1rem, 8vh, 5rem) auto;
    padding: clamp(1.25rem, 5vw, 2rem);
    border-radius: calc(var(--_radius) * 1.6);
    box-shadow: var(--license-gate-shadow, 0 12px 40px -16px rgb(20 24 60 / 0.3));
    overflow-wrap: anywhere;
  }
  :host([layout='page']:not(:state(open))) {
    display: grid;
    align-items: center;
    min-block-size: 100dvh;
    background: var(--license-gate-ground, color-mix(in srgb, var(--_text) 5%, var(--_surface)));
  }
  dialog[part='card'] {
    margin: auto;
    max-inline-size: none;
  }
  ::backdrop {
    background: var(--license-gate-backdrop, rgb(12 14 30 / 0.55));
  }
  :host([compact]) {
    font-size: 0.9375em;
  }
  :host([compact]) [part='card'] {
    padding: 1.1rem;
  }
  :host([compact]) [part='intro'] {
    display: none;
  }
  :host([compact]) h2 + div {
    min-block-size: 0.5em;
  }
  h2,
  h2 + div,
  p,
  ul {
    margin: 0 0 0.5em;
  }
  h2 {
    font-size: 1.3em;
    line-height: 1.25;
    text-wrap: balance;
  }
  div,
  details,
  small,
  aside {
    color: var(--_muted);
  }
  h2 + div {
    min-block-size: 4.6em;
    font-size: 0.9375em;
  }
  form {
    display: grid;
    gap: 0.5em;
    margin-block-end: 0.75em;
  }
  label,
  small,
  details,
  aside,
  [part='warning'],
  [part='notice'],
  [part~='secondary'],
  [part~='link'] {
    font-size: 0.875em;
  }
  label,
  button {
    font-weight: 600;
  }
  input,
  button {
    min-block-size: 2.9rem;
    padding: 0 1em;
    font-size: inherit;
    font-family: inherit;
    color: inherit;
    background: none;
    border: 1px solid var(--_muted);
    border-radius: var(--_radius);
  }
  input {
    min-inline-size: 0;
    font:
      min(0.9375em, 4.1cqi) ui-monospace,
      Menlo,
      Consolas,
      monospace;
  }
  ::placeholder {
    color: var(--_muted);
  }
  [aria-invalid='true'] {
    border-color: var(--_danger);
    box-shadow: inset 0 0 0 1px var(--_danger);
  }
  button,
  summary {
    cursor: pointer;
  }
  [part~='primary'] {
    color: var(--_on-accent);
    background: var(--_accent);
    border-color: transparent;
  }
  [part~='primary']:hover {
    background: color-mix(in srgb, var(--_accent) 88%, var(--_text));
  }
  [part~='secondary'] {
    min-block-size: 2.2rem;
    padding: 0 0.8em;
  }
  [part~='secondary']:hover {
    background: color-mix(in srgb, var(--_text) 7%, transparent);
  }
  [part~='link'] {
    min-block-size: 1.75rem;
    padding: 0;
    color: var(--_accent);
    border: 0;
    text-decoration: underline;
  }
  [aria-disabled='true'] {
    opacity: 0.6;
    cursor: progress;
  }
  :focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  strong,
  small,
  code {
    display: block;
  }
  strong {
    color: var(--_danger);
  }
  [part='warning'] {
    padding-inline-start: 0.8em;
    color: inherit;
    border-inline-start: 3px solid var(--_danger);
  }
  summary {
    padding-block: 0.25em;
    color: var(--_accent);
  }
  code {
    padding: 0.8em 1em;
    background: color-mix(in srgb, var(--_text) 6%, transparent);
    border-radius: var(--_radius);
    text-align: start;
  }
  ul {
    padding-inline-start: 1.2em;
  }
  [part='devices'] {
    padding: 0;
  }
  [part='actions'],
  [part='device'],
  [part='notice'],
  aside {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25em 1em;
  }
  [part='notice'],
  aside {
    padding: 0.4em 1.2em;
    border-width: 1px 0;
  }
  [part='device'] {
    justify-content: space-between;
    padding: 0.7em 0;
    border-block-start: 1px solid var(--_border);
  }
  [part='notice'] span {
    flex: 1 1 18em;
  }
  [part='device'] span {
    flex: 1 1 9em;
  }
  aside > :last-child {
    margin-inline-start: auto;
  }
  [part='waiting'] {
    margin: 20vh auto;
    padding: 0 1em;
    text-align: center;
  }
  @media (prefers-reduced-motion: no-preference) {
    [part='waiting'] {
      animation: appear 0.3s 0.7s both;
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
`;
