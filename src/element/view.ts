// What the gate looks like in each state: chooses by the snapshot and hands the buyer's actions on.

import { html, nothing, type TemplateResult } from './html.ts';
import type { LicenseSnapshot, SeatPolicy } from '../client/index.ts';
import type { ProblemCode } from '../protocol/index.ts';
import { account, notice } from './view-open.ts';
import { messageOf } from './message.ts';
import { button } from './view-parts.ts';
import { keyForm } from './view-form.ts';
import { devices, retry } from './view-retry.ts';
import type { KeyEntry } from './key-entry.ts';
import type { Words } from './words.ts';

export interface View extends Words {
  readonly snapshot: LicenseSnapshot;
  /** The gate is open: the license says so, or the host kept it open. */
  readonly open: boolean;
  /** Why it is shut; while a key is being tried, why it was before. */
  readonly reason: ProblemCode | undefined;
  readonly now: number;
  readonly layout: string;
  readonly seatPolicy: SeatPolicy;
  readonly entry: Pick<KeyEntry, 'key' | 'hint' | 'isTrying' | 'read'>;
  /** It has taken longer than a buyer waits without wondering. */
  readonly isSlow: boolean;
  /** The buyer wants another key than the one that could not be used. */
  readonly wantsOtherKey?: boolean;
  /** The first step of deactivating is done. */
  readonly isAskingToDeactivate?: boolean;
  readonly deactivationFailedOn?: ProblemCode | undefined;
  readonly isNoticeHidden?: boolean;
  readonly act: Actions;
}

export interface Actions {
  readonly submit: (event: SubmitEvent) => void;
  readonly retry: () => void;
  readonly keepTrying: () => void;
  readonly freeSeat: (handle: string) => void;
  readonly useOtherKey: () => void;
  readonly askToDeactivate: (ask: boolean) => void;
  readonly deactivate: () => void;
  readonly hideNotice: () => void;
}

/** What a buyer takes for one page: where it changes, the news is in its headline. */
export type Screen = 'waiting' | 'open' | 'key' | 'revoked' | 'seats' | 'unconfirmed' | 'misconfigured';

export function screenOf({ snapshot, open, reason, wantsOtherKey }: View): Screen {
  if (open) return 'open';
  if (snapshot.access === 'unknown') return 'waiting';
  switch (reason) {
    case 'config_error':
      return 'misconfigured';
    case 'license_revoked':
      return 'revoked';
    case 'seat_limit_reached':
      return wantsOtherKey ? 'key' : 'seats';
    case 'grace_expired':
    case 'lease_invalid':
      return wantsOtherKey ? 'key' : 'unconfirmed';
    default:
      return 'key';
  }
}

export function gateTemplate(view: View): TemplateResult {
  const { snapshot, text, lang, dir = nothing } = view;
  const screen = screenOf(view);
  if (screen === 'open') return html`${notice(view)}<slot></slot>${snapshot.open ? account(view) : nothing}`;
  if (screen === 'waiting')
    return html`<p part="waiting" role="status" lang=${lang} dir=${dir}>
      ${view.isSlow ? text.slow : text.checking}
    </p>`;
  const card = cardOf(screen, view);
  return html`<slot name="locked">
    ${
      view.layout === 'dialog'
        ? html`<dialog
            part="card"
            aria-labelledby="title"
            closedby="none"
            lang=${lang}
            dir=${dir}
            @cancel=${stay}
          >
            ${card}
          </dialog>`
        : html`<section part="card" aria-labelledby="title" lang=${lang} dir=${dir}>${card}</section>`
    }
  </slot>`;
}

/** A dialog that closed would leave the buyer in front of nothing. */
const stay = (event: Event) => event.preventDefault();

/** A headline, what there is to say about it, and what can be done. */
function cardOf(screen: Screen, view: View) {
  const { title, intro, body } = contentOf(screen, view);
  const { failure, advice, isMaybeTooNew } = messageOf(view, intro);
  return html`<slot name="header"></slot>
    <h2 part="title" id="title" tabindex="-1">${title}</h2>
    <div part=${advice === intro ? 'intro' : 'message'}>
      <span id="message" role=${screen === 'key' ? 'status' : 'alert'}>
        ${failure ? html`<strong>${failure}</strong>` : nothing} ${advice}
      </span>
      ${isMaybeTooNew ? button(view.text.keepTrying, 'link', false, view.act.keepTrying) : nothing}
    </div>
    ${body}
    <slot name="footer"></slot>`;
}

function contentOf(screen: Screen, view: View) {
  const { text, snapshot, seatPolicy } = view;
  switch (screen) {
    case 'misconfigured':
      return { title: text.misconfiguredTitle, intro: text.misconfigured, body: detail(view) };
    case 'revoked':
      return { title: text.revoked, intro: text.revokedHint, body: keyForm(view) };
    case 'seats':
      return seatPolicy === 'reject' || snapshot.devices.length === 0
        ? { title: text.seatsTitle, intro: text.seatsElsewhere, body: keyForm(view) }
        : { title: text.seatsTitle, intro: text.seatsPick, body: devices(view) };
    case 'unconfirmed':
      return { title: text.unconfirmedTitle, intro: text.unconfirmed, body: retry(view) };
    default:
      return { title: text.title, intro: text.intro, body: keyForm(view) };
  }
}

/** What the developer has to change: in plain sight where the page runs on the developer's own machine. */
const detail = ({ text, snapshot }: View) =>
  html`<details part="detail" ?open=${/^(localhost|127\.|\[::1)/.test(location.hostname)}>
    <summary>${text.forDeveloper}</summary>
    <code lang="en" dir="ltr">license-gate: ${snapshot.problem?.message}</code>
  </details>`;
