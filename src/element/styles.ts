// The gate's looks: the system's own colors, so that light, dark and forced colors come from the page's
// color-scheme, and its font from the page; a brand sets `--license-gate-*`. Constructed sheets only, so that
// strict pages allow them.

export const styles = /* css */ `
  :host {
    --_accent: var(--license-gate-accent, light-dark(#3a4fd8, #96a3ff));
    --_text: var(--license-gate-text, CanvasText);
    --_muted: var(--license-gate-muted, color-mix(in srgb, var(--_text) 68%, var(--_surface)));
    --_border: var(--license-gate-border, color-mix(in srgb, var(--_text) 20%, var(--_surface)));
    --_surface: var(--license-gate-surface, Canvas);
    --_danger: var(--license-gate-danger, light-dark(#b3261e, #ff9d95));
    --_radius: var(--license-gate-radius, 10px);
    display: block;
  }
  [hidden],
  :host([hidden]) {
    display: none !important;
  }
  :host(:focus) {
    outline: none;
  }
  section,
  aside,
  [part='notice'] {
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    line-height: 1.5;
  }
  section {
    container-type: inline-size;
    box-sizing: border-box;
    inline-size: min(27rem, 100% - 2rem);
    margin: clamp(1rem, 8vh, 5rem) auto;
    padding: clamp(1.25rem, 5vw, 2rem);
    border-radius: calc(var(--_radius) * 1.6);
    box-shadow: var(--license-gate-shadow, 0 12px 40px -16px rgb(20 24 60 / 0.3));
    overflow-wrap: anywhere;
  }
  h2,
  p,
  ul {
    margin: 0 0 0.5em;
  }
  h2 {
    font-size: 1.3em;
    line-height: 1.25;
    text-wrap: balance;
  }
  p,
  details,
  small,
  aside {
    color: var(--_muted);
  }
  form {
    display: grid;
    gap: 0.5em;
    margin-block-start: 1.25em;
  }
  label,
  small,
  details,
  aside,
  [role] {
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
      min(0.875em, 4cqi) ui-monospace,
      Menlo,
      Consolas,
      monospace;
  }
  [aria-invalid='true'] {
    border-color: var(--_danger);
  }
  button,
  summary {
    cursor: pointer;
  }
  form button {
    color: var(--license-gate-on-accent, light-dark(#fff, #10132b));
    background: var(--_accent);
    border-color: transparent;
  }
  [part~='secondary'] {
    min-block-size: 2.2rem;
    font-size: 0.875em;
  }
  [part~='link'] {
    margin-inline-start: auto;
    border-color: transparent;
    text-decoration: underline;
  }
  [aria-disabled='true'] {
    opacity: 0.6;
  }
  :focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  [part='message'] {
    min-block-size: 3em;
  }
  strong {
    color: var(--_danger);
  }
  summary {
    line-height: 2;
    color: var(--_accent);
  }
  ul {
    padding-inline-start: 1.2em;
  }
  [part='devices'] {
    padding: 0;
  }
  [part='device'],
  [part='notice'],
  aside {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 1em;
    padding: 0.3em 1.2em;
    border-width: 1px 0;
  }
  [part='device'] {
    justify-content: space-between;
    padding: 0.6em 0;
    border-block-end: 1px solid var(--_border);
  }
  small {
    display: block;
  }
  [part='waiting'] {
    margin: 20vh auto;
    text-align: center;
    animation: appear 0.3s 0.7s both;
  }
  section {
    animation: appear 0.2s;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
`;
