// What the gate looks like in each state: templates that choose by the snapshot and hand the buyer's actions on.

import { html, nothing, type TemplateResult } from 'lit';
import type { LicenseSnapshot, SeatPolicy } from '../client/index.ts';
import type { Device, ProblemCode } from '../protocol/index.ts';
import { ago, fill, type Strings } from './text.ts';

export interface View {
  readonly snapshot: LicenseSnapshot;
  /** The gate is open: the license says so, or the host kept it open. */
  readonly open: boolean;
  readonly text: Strings;
  readonly lang: string | undefined;
  readonly now: number;
  readonly seatPolicy: SeatPolicy;
  /** What stands in the key field at first. */
  readonly prefill: string;
  /** A message that needs no server: an empty field. */
  readonly hint: string | undefined;
  readonly isAskingToDeactivate: boolean;
  readonly onSubmit: (event: SubmitEvent) => void;
  readonly onInput: () => void;
  readonly onRetry: () => void;
  readonly onRelease: (handle: string) => void;
  readonly onAskToDeactivate: (ask: boolean) => void;
  readonly onDeactivate: () => void;
}

export function gateTemplate(view: View): TemplateResult {
  const { snapshot, open, text } = view;
  if (open) return html`${notice(view)}<slot></slot>${snapshot.open ? account(view) : nothing}`;
  if (snapshot.access === 'unknown') return html`<p part="waiting" role="status">${text.checking}</p>`;
  return html`<slot name="locked">
    <section part="card" aria-labelledby="title">
      <slot name="header"></slot>
      ${snapshot.reason === 'config_error' ? misconfigured(view) : keyForm(view)}
      <slot name="footer"></slot>
    </section>
  </slot>`;
}

const misconfigured = ({ text, snapshot }: View) => html`
  <h2 part="title" id="title">${text.misconfiguredTitle}</h2>
  <p part="intro">${text.misconfigured}</p>
  <pre part="developer">license-gate: ${snapshot.problem?.message}</pre>
`;

function keyForm(view: View): TemplateResult {
  const { snapshot, text, prefill } = view;
  const isBusy = snapshot.activity === 'activating';
  const [title, intro] = headline(view);
  const [message, hint] = failure(view);
  return html`
    <h2 part="title" id="title">${title}</h2>
    <p part="intro">${intro}</p>
    ${snapshot.reason === 'seat_limit_reached' && view.seatPolicy !== 'reject' ? devices(view) : nothing}
    <form part="form" novalidate aria-busy=${isBusy} @submit=${view.onSubmit}>
      <label part="label" for="key">${text.keyLabel}</label>
      <input
        part="input"
        id="key"
        name="license-key"
        .value=${prefill}
        ?readonly=${isBusy}
        aria-invalid=${message !== ''}
        aria-describedby="message"
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
        @input=${view.onInput}
      />
      <button part="button" aria-disabled=${isBusy}>${text.activate}</button>
      <div part="message" id="message" role="status">
        ${message && html`<strong>${message}</strong> ${hint}`}
      </div>
    </form>
    ${snapshot.storageMode === 'memory' ? html`<p part="warning">${text.forgetful}</p>` : nothing}
    <details part="help">
      <summary>${text.help}</summary>
      <slot name="help">
        <p>${text.helpIntro}</p>
        <ul>
          <li>${text.helpMail}</li>
          <li>${text.helpOrders}</li>
          <li>${text.helpDownloads}</li>
        </ul>
      </slot>
    </details>
  `;
}

/** Headline and what to do next. */
function headline({ snapshot, text, seatPolicy, onRetry }: View): [string, unknown] {
  const retry = html`<button part="button secondary" type="button" @click=${onRetry}>${text.retry}</button>`;
  switch (snapshot.reason) {
    case 'license_revoked':
      return [text.revoked, text.revokedHint];
    case 'seat_limit_reached':
      return [
        text.seatsTitle,
        snapshot.devices.length > 0 && seatPolicy !== 'reject' ? text.seatsPick : text.seatsElsewhere,
      ];
    case 'grace_expired':
      return [text.expiredTitle, html`${text.expired} ${retry}`];
    case 'lease_invalid':
      return [text.expiredTitle, html`${text.unverified} ${retry}`];
    default:
      return [text.title, text.intro];
  }
}

/** What the last attempt failed on, beside the field. */
function failure({ snapshot, text, hint }: View): [string, string] {
  if (hint !== undefined) return [hint, ''];
  const { reason } = snapshot;
  if (reason === 'license_invalid') return [text.invalid, text.invalidHint];
  const sentence = reason === undefined ? undefined : FAILURES[reason];
  return sentence === undefined ? ['', ''] : [text[sentence], ''];
}

const FAILURES: { readonly [Code in ProblemCode]?: keyof Strings } = {
  network_error: 'offline',
  timeout: 'offline',
  bad_response: 'unavailable',
  upstream_unavailable: 'unavailable',
  server_misconfigured: 'unavailable',
  invalid_request: 'unavailable',
  storage_unavailable: 'unavailable',
  rate_limited: 'tooOften',
  release_limit_reached: 'tooOften',
};

const devices = ({ snapshot, text, lang, now, onRelease }: View) => html`
  <ul part="devices">
    ${snapshot.devices.map(
      (device: Device) => html`
        <li part="device">
          <span
            ><b>${device.label}</b>
            <small
              >${device.lastSeen && fill(text.lastSeen, { when: ago(device.lastSeen, now, lang) })}</small
            ></span
          >
          <button
            part="button secondary"
            type="button"
            aria-label=${`${text.freeSeat}: ${device.label}`}
            aria-disabled=${snapshot.activity === 'activating'}
            @click=${() => onRelease(device.handle)}
          >
            ${text.freeSeat}
          </button>
        </li>
      `,
    )}
  </ul>
`;

function notice({ snapshot, text, lang }: View): TemplateResult {
  const date = snapshot.graceEndsAt?.toLocaleString(lang, { dateStyle: 'long', timeStyle: 'short' });
  return html`<div part="notice" role="status" ?hidden=${snapshot.access !== 'grace'}>
    ${snapshot.access === 'grace' ? fill(text.grace, { date: date ?? '' }) : nothing}
  </div>`;
}

function account(view: View): TemplateResult {
  const { snapshot, text, isAskingToDeactivate, onAskToDeactivate } = view;
  const { license, activity } = snapshot;
  const { devicesUsed: used, maxDevices: max } = license ?? {};
  const isBusy = activity === 'releasing';
  const button = (label: string, part: string, onClick: () => void) =>
    html`<button part=${part} type="button" aria-disabled=${isBusy} @click=${onClick}>${label}</button>`;
  return html`<aside part="account" aria-label=${text.account}>
    ${
      isAskingToDeactivate
        ? html`<span>${text.deactivateAsk}</span> ${button(text.deactivate, 'button', view.onDeactivate)}
            ${button(text.cancel, 'button secondary', () => onAskToDeactivate(false))}`
        : html`<b>${license?.licenseName}</b>
            <span dir="ltr">${license?.maskedKey}</span>
            ${used !== undefined && typeof max === 'number' ? html`<span>${fill(text.devices, { used, max })}</span>` : nothing}
            ${button(text.deactivate, 'button link', () => onAskToDeactivate(true))}`
    }
    <span part="message" role="status">${isBusy || !snapshot.problem ? nothing : failure(view)[0]}</span>
  </aside>`;
}
