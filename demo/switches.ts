// The switches: turned here, they act on the world; turned in another page, they show it here.

import { turn } from './backstage.ts';
import type { WorldState } from './world.ts';

const HOUR_MS = 3_600_000;

export function wireSwitches(panel: HTMLElement): void {
  for (const button of panel.querySelectorAll<HTMLButtonElement>('[data-by-hours]'))
    button.addEventListener('click', () => {
      void turn({ turn: 'clock', byMs: Number(button.dataset.byHours) * HOUR_MS });
    });
  panel.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.name === 'server') void turn({ turn: 'server', isUp: target.value !== '' });
    // The values in the page are those that the world knows.
    const fault = (target.value || undefined) as WorldState['fault'];
    if (target.name === 'marketplace') void turn({ turn: 'marketplace', fault });
  });
}

export function showSwitches(panel: HTMLElement, { fault, isServerUp }: WorldState): void {
  choose(panel, 'marketplace', fault ?? '');
  choose(panel, 'server', isServerUp ? 'up' : '');
  const clock = panel.querySelector('output');
  const time = new Date(Date.now());
  if (clock) clock.value = time.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
}

function choose(panel: HTMLElement, name: string, value: string): void {
  const input = panel.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
  if (input) input.checked = true;
}
