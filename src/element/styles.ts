// The gate's looks: light and dark by the page's color-scheme, its font from the page, everything that a
// seller's brand touches in `--license-gate-*` properties. Constructed sheets only, so strict pages allow them.

import { css } from 'lit';

export const styles = css`
  :host {
    --_accent: var(--license-gate-accent, light-dark(#3a4fd8, #8f9dff));
    --_on-accent: var(--license-gate-on-accent, light-dark(#fff, #10132b));
    --_surface: var(--license-gate-surface, light-dark(#fff, #1b1d27));
    --_text: var(--license-gate-text, light-dark(#1a1c26, #eceef6));
    --_muted: var(--license-gate-muted, light-dark(#5b6072, #a5aabd));
    --_border: var(--license-gate-border, light-dark(#c9cdda, #474c5f));
    --_danger: var(--license-gate-danger, light-dark(#b3261e, #ff9d95));
    --_radius: var(--license-gate-radius, 10px);
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  :host(:focus) {
    outline: none;
  }
  [part='card'],
  [part='notice'],
  [part='account'] {
    box-sizing: border-box;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    line-height: 1.5;
  }
  [part='card'] {
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
  [part='intro'],
  [part='help'],
  [part='waiting'],
  small,
  [part='account'] {
    color: var(--_muted);
  }
  form {
    display: grid;
    gap: 0.5em;
    margin-block-start: 1.25em;
  }
  label,
  small,
  [part='message'],
  [part='warning'],
  [part='help'],
  [part='notice'],
  [part='account'] {
    font-size: 0.875em;
  }
  label,
  button {
    font-weight: 600;
  }
  input {
    box-sizing: border-box;
    inline-size: 100%;
    padding: 0 0.8em;
    font:
      min(0.875em, 3.3vw) ui-monospace,
      Menlo,
      Consolas,
      monospace;
    color: inherit;
    background: none;
    border: 1px solid var(--_muted);
  }
  input,
  button {
    min-block-size: 2.9rem;
    border-radius: var(--_radius);
  }
  input[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  button {
    padding: 0 1em;
    font-size: inherit;
    font-family: inherit;
    color: var(--_on-accent);
    background: var(--_accent);
    border: 1px solid transparent;
  }
  button,
  summary {
    cursor: pointer;
  }
  button:hover {
    filter: brightness(1.08);
  }
  [part~='secondary'],
  [part~='link'] {
    min-block-size: 2.2rem;
    font-size: 0.875em;
    color: inherit;
    background: none;
    border-color: var(--_border);
  }
  [part~='link'] {
    margin-inline-start: auto;
    border-color: transparent;
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
  [part='message'] {
    min-block-size: 3em;
  }
  strong {
    color: var(--_danger);
  }
  [part='warning'] {
    padding-inline-start: 0.8em;
    border-inline-start: 3px solid var(--_danger);
  }
  summary {
    inline-size: fit-content;
    line-height: 24px;
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
  [part='account'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3em 1em;
  }
  [part='device'] {
    justify-content: space-between;
    padding-block: 0.6em;
    border-block-end: 1px solid var(--_border);
  }
  small {
    display: block;
  }
  [part='notice'],
  [part='account'] {
    padding: 0.3em 1.2em;
    border-width: 1px 0;
  }
  [part='waiting'] {
    margin: 20vh auto;
    text-align: center;
    animation: appear 0.3s 0.7s both;
  }
  @media (prefers-reduced-motion: no-preference) {
    [part='card'] {
      animation: appear 0.25s both;
    }
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
`;
