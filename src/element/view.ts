// What the gate looks like in each state: templates that choose by the snapshot and hand the buyer's actions on.

import { html, nothing } from 'lit/html.js';
import type { LicenseSnapshot, SeatPolicy } from '../client/index.ts';
import { isLocking, type Device, type ProblemCode } from '../protocol/index.ts';
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
  /** A message of the gate's own, such as that the field is empty. */
  readonly hint: string | undefined;
  readonly isAskingToDeactivate: boolean;
  readonly onSubmit: (event: SubmitEvent) => void;
  readonly onInput: () => void;
  readonly onRetry: () => void;
  readonly onTakeSeat: (handle: string) => void;
  readonly onAskToDeactivate: (ask: boolean) => void;
  readonly onDeactivate: () => void;
}

export function gateTemplate(view: View) {
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

const heading = (title: string, intro: unknown) =>
  html`<h2 part="title" id="title">${title}</h2>
    <p part="intro">${intro}</p>`;

const misconfigured = ({ text, snapshot }: View) =>
  html`${heading(text.misconfiguredTitle, text.misconfigured)}
    <p part="warning"><strong>license-gate: ${snapshot.problem?.message}</strong></p>`;

const button = (label: string, part: string, isBusy: boolean, onClick: () => void, name?: string) =>
  html`<button
    part="button ${part}"
    type="button"
    aria-label=${name ?? nothing}
    aria-disabled=${isBusy}
    @click=${onClick}
  >
    ${label}
  </button>`;

function keyForm(view: View) {
  const { snapshot, text } = view;
  const isBusy = snapshot.activity === 'activating';
  const message = view.hint ?? failureOf(snapshot, text);
  return html`
    ${headline(view, isBusy)}
    <form part="form" novalidate @submit=${view.onSubmit}>
      <label part="label" for="key">${text.keyLabel}</label>
      <input
        part="input"
        id="key"
        name="license-key"
        .value=${view.prefill}
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
        <strong>${message}</strong>
        ${message === text.invalid ? text.invalidHint : nothing}
      </div>
    </form>
    ${snapshot.storageMode === 'memory' ? html`<p part="warning"><strong>${text.forgetful}</strong></p>` : nothing}
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
    </details>
  `;
}

/** What the state is called, and what the buyer can do about it. */
function headline(view: View, isBusy: boolean) {
  const { snapshot, text } = view;
  switch (snapshot.reason) {
    case 'license_revoked':
      return heading(text.revoked, text.revokedHint);
    case 'seat_limit_reached':
      return view.seatPolicy === 'reject' || snapshot.devices.length === 0
        ? heading(text.seatsTitle, text.seatsElsewhere)
        : html`${heading(text.seatsTitle, text.seatsPick)}${devices(view, isBusy)}`;
    case 'grace_expired':
    case 'lease_invalid':
      return html`${heading(text.unconfirmedTitle, text.unconfirmed)}
      ${button(text.retry, 'secondary', isBusy, view.onRetry)}`;
    default:
      return heading(text.title, text.intro);
  }
}

const FAILURES: { readonly [Code in ProblemCode]?: keyof Strings } = {
  license_invalid: 'invalid',
  network_error: 'offline',
  timeout: 'offline',
  rate_limited: 'tooOften',
  release_limit_reached: 'tooOften',
};

/** What the last attempt failed on; empty where nothing did, or where the headline says it already. */
export function failureOf({ reason }: { readonly reason: ProblemCode | undefined }, text: Strings): string {
  if (reason === undefined) return '';
  const sentence = FAILURES[reason];
  return sentence ? text[sentence] : isLocking(reason) ? '' : text.unavailable;
}

const devices = ({ snapshot, text, lang, now, onTakeSeat }: View, isBusy: boolean) =>
  html`<ul part="devices">
    ${snapshot.devices.map(({ label: name, handle, lastSeen }: Device) => {
      const label = name || text.unnamedDevice;
      return html`<li part="device">
        <span>
          <b>${label}</b>
          ${lastSeen ? html`<small>${fill(text.lastSeen, { when: ago(lastSeen, now, lang) })}</small>` : nothing}
        </span>
        ${button(text.takeSeat, 'secondary', isBusy, () => onTakeSeat(handle), `${text.takeSeat}: ${label}`)}
      </li>`;
    })}
  </ul>`;

function notice({ snapshot, text, lang }: View) {
  const isGrace = snapshot.access === 'grace';
  // The first date that a page words costs more than everything else that opens a gate.
  const date = () => snapshot.graceEndsAt?.toLocaleString(lang, { dateStyle: 'long', timeStyle: 'short' });
  return html`<div part="notice" role="status" ?hidden=${!isGrace}>
    ${isGrace ? fill(text.grace, { date: date() }) : ''}
  </div>`;
}

function account({ snapshot, text, hint, isAskingToDeactivate, onAskToDeactivate, onDeactivate }: View) {
  const { licenseName, maskedKey, devicesUsed: used, maxDevices: max } = snapshot.license ?? {};
  const isBusy = snapshot.activity === 'releasing';
  return html`<aside part="account" aria-label=${text.account}>
    ${
      isAskingToDeactivate
        ? html`<span role="status">${hint ?? text.deactivateAsk}</span>
            ${button(text.deactivate, 'secondary', isBusy, onDeactivate)}
            ${button(text.cancel, 'secondary link', isBusy, () => onAskToDeactivate(false))}`
        : html`<b>${licenseName}</b> <span dir="ltr">${maskedKey}</span>
            <span>${used && Number(max) ? fill(text.devices, { used, max }) : nothing}</span>
            ${button(text.deactivate, 'secondary link', isBusy, () => onAskToDeactivate(true))}`
    }
  </aside>`;
}
