// Small pieces that several views are made of.

import { html, nothing, type TemplateResult } from './html.ts';

/**
 * Says that it is busy instead of being disabled: a disabled button loses the focus.
 *
 * @param name what it is called for those who do not see what stands beside it
 */
export const button = (
  label: string,
  part: string,
  isBusy: boolean,
  onClick: () => void,
  name?: string,
): TemplateResult =>
  html`<button
    part="button ${part}"
    type="button"
    aria-label=${name ?? nothing}
    aria-disabled=${isBusy}
    @click=${() => isBusy || onClick()}
  >
    ${label}
  </button>`;
