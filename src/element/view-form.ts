// The key form: the field, its button, and where the key is found.

import { html, nothing, type TemplateResult } from './html.ts';
import type { View } from './view.ts';

export function keyForm({ snapshot, text, entry, act }: View): TemplateResult {
  const isBusy = snapshot.activity === 'activating';
  const isWrong = entry.hint
    ? entry.hint === 'empty' || entry.hint === 'not-a-key'
    : snapshot.reason === 'license_invalid' && !entry.isTrying;
  return html`<form part="form" novalidate @submit=${act.submit}>
      <label part="label" for="key">${text.keyLabel}</label>
      <input
        part="input"
        id="key"
        name="license-key"
        .value=${entry.key}
        ?readonly=${isBusy}
        aria-invalid=${isWrong}
        aria-describedby="message"
        placeholder="a1b2c3d4-e5f6-7890-…"
        dir="ltr"
        translate="no"
        autocomplete="off"
        autocapitalize="none"
        autocorrect="off"
        spellcheck="false"
        data-1p-ignore
        data-bwignore
        data-lpignore="true"
        data-form-type="other"
        data-protonpass-ignore="true"
        @input=${({ target, inputType }: InputEvent) => entry.read(target as HTMLInputElement, inputType)}
      />
      ${snapshot.storageMode === 'memory' ? html`<p part="warning">${text.forgetful}</p>` : nothing}
      <button part="button primary" aria-disabled=${isBusy}>${text.activate}</button>
    </form>
    <details part="help">
      <summary>${text.help}</summary>
      <slot name="help">
        ${text.helpIntro}
        <ul>
          <li>${text.helpMail}</li>
          <li>${text.helpOrders}</li>
          <li>${text.helpDownloads}</li>
        </ul>
      </slot>
    </details>`;
}
