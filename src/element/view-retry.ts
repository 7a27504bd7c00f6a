// What can be done about a key that is right but cannot be used now: free a seat, or ask once more.

import { html, nothing, type TemplateResult } from './html.ts';
import { fill, inDays } from './text.ts';
import { button } from './view-parts.ts';
import type { View } from './view.ts';

/** The devices that hold the seats, each ready to give its own to this one. */
export function devices(view: View): TemplateResult {
  const { snapshot, text, lang, now, act } = view;
  const isBusy = isAsking(view);
  return html`<ul part="devices">
      ${snapshot.devices.map(({ label, handle, lastSeen }) => {
        const name = label || text.unnamedDevice;
        // A server's clock may be ahead of this one.
        const seen = Math.min(Date.parse(lastSeen ?? ''), now);
        return html`<li part="device">
          <span>
            <b>${name}</b>
            ${seen ? html`<small>${fill(text.lastSeen, { when: inDays(seen, now, lang) })}</small>` : nothing}
          </span>
          ${button(text.takeSeat, 'secondary', isBusy, () => act.freeSeat(handle), `${text.takeSeat}: ${name}`)}
        </li>`;
      })}
    </ul>
    ${otherKey(view)}`;
}

export const retry = (view: View): TemplateResult =>
  html`<p part="actions">
    ${button(view.text.retry, 'primary', isAsking(view), view.act.retry)}${otherKey(view)}
  </p>`;

const otherKey = ({ text, act }: View) => button(text.otherKey, 'link', false, act.useOtherKey);

const isAsking = ({ snapshot }: View) =>
  snapshot.activity === 'activating' || snapshot.activity === 'checking';
