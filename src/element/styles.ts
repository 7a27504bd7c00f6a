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
    font: inherit;
    line-height: 1.5;
  }
  [part='card'] {
    max-inline-size: 27rem;
    margin: clamp(1rem, 8vh, 5rem) auto;
    padding: clamp(1.25rem, 5vw, 2rem);
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 1.6);
    box-shadow: var(--license-gate-shadow, 0 12px 40px -16px rgb(20 24 60 / 0.3));
    overflow-wrap: anywhere;
  }
  h2 {
    margin: 0;
    font-size: 1.3em;
    line-height: 1.25;
    text-wrap: balance;
  }
  p {
    margin: 0.5em 0 0;
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
    gap: 0.4rem;
    margin-block-start: 1.25rem;
  }
  label {
    font-weight: 600;
    font-size: 0.9em;
  }
  input {
    box-sizing: border-box;
    inline-size: 100%;
    min-block-size: 2.9rem;
    padding: 0 0.8rem;
    font:
      0.875em/1.4 ui-monospace,
      'SF Mono',
      Menlo,
      Consolas,
      monospace;
    color: inherit;
    background: transparent;
    border: 1px solid var(--_muted);
    border-radius: var(--_radius);
  }
  input[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  button,
  summary {
    font: inherit;
    cursor: pointer;
  }
  button {
    min-block-size: 2.9rem;
    padding: 0 1.1rem;
    font-weight: 600;
    color: var(--_on-accent);
    background: var(--_accent);
    border: 1px solid transparent;
    border-radius: var(--_radius);
  }
  button:hover {
    filter: brightness(1.08);
  }
  [part~='secondary'] {
    min-block-size: 2.2rem;
    padding: 0 0.8rem;
    font-size: 0.9em;
    color: inherit;
    background: transparent;
    border-color: var(--_border);
    white-space: nowrap;
  }
  [part~='link'] {
    min-block-size: 24px;
    margin-inline-start: auto;
    padding: 0 0.25rem;
    font-weight: inherit;
    color: inherit;
    background: none;
    text-decoration: underline;
  }
  [aria-disabled='true'] {
    opacity: 0.6;
    cursor: progress;
  }
  :is(input, button, summary):focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  [part='message'] {
    min-block-size: 3em;
    font-size: 0.9em;
  }
  [part='message'] strong,
  [part='account'] [part='message'] {
    color: var(--_danger);
  }
  [part='warning'],
  [part='developer'] {
    padding: 0.6rem 0.8rem;
    border-inline-start: 3px solid var(--_danger);
    font-size: 0.9em;
    white-space: pre-wrap;
  }
  [part='help'] {
    font-size: 0.9em;
  }
  summary {
    inline-size: fit-content;
    min-block-size: 24px;
    color: var(--_accent);
  }
  ul {
    margin: 0.5em 0 0;
    padding-inline-start: 1.2em;
  }
  [part='devices'] {
    padding: 0;
    list-style: none;
  }
  [part='device'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem;
    padding-block: 0.6rem;
    border-block-end: 1px solid var(--_border);
  }
  small {
    display: block;
  }
  [part='notice'],
  [part='account'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem 0.9rem;
    padding: 0.5rem 1rem;
    font-size: 0.85em;
    border: 0 solid var(--_border);
  }
  [part='notice'] {
    border-block-end-width: 1px;
    border-inline-start: 3px solid var(--_accent);
  }
  [part='account'] {
    border-block-start-width: 1px;
  }
  [part='account'] [part='message'] {
    min-block-size: 0;
  }
  [part='waiting'] {
    margin: 20vh auto;
    text-align: center;
    animation: appear 0.3s 0.7s both;
  }
  @keyframes appear {
    from {
      visibility: hidden;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    [part='card'] {
      animation: rise 0.25s ease-out;
    }
    @keyframes rise {
      from {
        opacity: 0;
        translate: 0 6px;
      }
    }
  }
`;
