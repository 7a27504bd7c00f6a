// What stands around the open app: the grace's notice above it, the license in a line under it.

import { html, nothing, type TemplateResult } from './html.ts';
import { failureOf } from './message.ts';
import { fill, inDays } from './text.ts';
import { button } from './view-parts.ts';
import type { View } from './view.ts';

const DAY_MS = 86_400_000;

export function notice({
  snapshot,
  text,
  lang,
  dir = nothing as never,
  now,
  isNoticeHidden,
  act,
}: View): TemplateResult {
  const end = snapshot.graceEndsAt;
  // On the last day it comes back.
  const isShown = snapshot.access === 'grace' && end && !(isNoticeHidden && end.getTime() - now > DAY_MS);
  // The first date that a page words costs more than everything else that opens a gate.
  const values = isShown && {
    date: end.toLocaleString(lang, { dateStyle: 'long', timeStyle: 'short' }),
    left: inDays(end.getTime(), now, lang),
  };
  return html`<div part="notice" ?hidden=${!isShown} lang=${lang} dir=${dir}>
    <span role="status">${values ? fill(text.grace, values) : ''}</span>
    ${
      isShown
        ? html`${button(text.retry, 'secondary', snapshot.activity === 'checking', act.retry)}
          ${button(text.hide, 'link', false, act.hideNotice)}`
        : nothing
    }
  </div>`;
}

export function account(view: View): TemplateResult {
  const { snapshot, text, lang, dir = nothing, isAskingToDeactivate, deactivationFailedOn, act } = view;
  const { licenseName, maskedKey, devicesUsed: used, maxDevices: max } = snapshot.license ?? {};
  const isBusy = snapshot.activity === 'releasing';
  const ask = (isAsking: boolean) => () => act.askToDeactivate(isAsking);
  return html`<aside
    part="account"
    aria-label=${text.account}
    lang=${lang}
    dir=${dir}
    @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && isAskingToDeactivate && ask(false)()}
  >
    ${
      isAskingToDeactivate
        ? html`<span role="alert">${failureOf(deactivationFailedOn, text) || text.deactivateAsk}</span>
            ${button(text.deactivate, 'secondary', isBusy, act.deactivate)}
            ${button(text.cancel, 'link', isBusy, ask(false))}`
        : html`<b>${licenseName}</b> <span dir="ltr">${maskedKey}</span>
            <span
              >${used ? fill(Number(max) ? text.devicesOf : text.devices, { used, max }, lang) : nothing}</span
            >
            ${button(text.deactivate, 'link', isBusy, ask(true))}`
    }
  </aside>`;
}
