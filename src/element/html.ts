// Where templates come from: Lit. The one-file bundle takes html-small.ts instead, see src/README.md.

export { html, nothing, render, type TemplateResult } from 'lit/html.js';
