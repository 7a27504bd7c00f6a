// What a page hears from its gate: every event, newest first, with the time of the demo's clock.

import type { LicenseGate, LicenseGateEvent, LicenseGateEventMap } from '../src/index.ts';

const TYPES = [
  'license-ready',
  'license-changed',
  'license-unlocked',
  'license-locked',
  'license-activate',
  'license-activated',
  'license-deactivated',
  'license-lock',
  'license-error',
] as const satisfies readonly (keyof LicenseGateEventMap)[];

const MOST = 60;

/** Before the gate is defined, so that the first event is heard as well. */
export function logEvents(gate: LicenseGate, list: HTMLElement): void {
  for (const type of TYPES) gate.addEventListener(type, (event) => list.prepend(line(event), ...older(list)));
}

function line({ type, access, reason, snapshot }: LicenseGateEvent): HTMLElement {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date(Date.now()).toLocaleTimeString('en-GB');
  const name = document.createElement('b');
  name.textContent = type;
  const now = [access, snapshot.activity === 'idle' ? '' : snapshot.activity, reason].filter(Boolean);
  item.append(time, name, now.join(' · '));
  item.dataset.access = access;
  return item;
}

/** Drops what is beyond the list's length. */
function older(list: HTMLElement): Node[] {
  while (list.childElementCount >= MOST) list.lastElementChild?.remove();
  return [];
}
