// The demo page: joins the gate with the switches, tables and logs around it. The gate itself needs none of this.

import type { LicenseGate } from '../src/index.ts';
import { turn, watchWorld } from './backstage.ts';
import { setAhead, startClock } from './clock.ts';
import { playDevice, showOtherDevices } from './device.ts';
import { logEvents } from './event-log.ts';
import { showFacts } from './facts.ts';
import { paintScenery } from './horizon.ts';
import { showKeys } from './key-table.ts';
import { wirePlayground } from './playground.ts';
import { wirePrintDesk } from './print-desk.ts';
import { forgetEverything } from './start-over.ts';
import { showSwitches, wireSwitches } from './switches.ts';
import type { WorldState } from './world.ts';

const STATUS = {
  unknown: 'Looking',
  locked: 'Gate shut',
  unlocked: 'Gate open',
  grace: 'Open on grace',
} as const;

const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}.`);
  return element;
};
const gate = document.querySelector('license-gate') as LicenseGate; // the one in index.html
const switches = document.querySelector<HTMLElement>('.switches') ?? byId('switches');

let world: WorldState | undefined;
let chosenKey: string | undefined;

startClock();
paintScenery();
playDevice(gate, byId('device'));
logEvents(gate, byId('log'));
wirePrintDesk(byId('desk'), gate);
wirePlayground(byId('playground'));
gate.addEventListener('license-changed', show);
gate.addEventListener('license-activate', ({ licenseKey }) => {
  chosenKey = licenseKey;
  show();
});
await Promise.all([import('../src/index.ts'), import('./postcard.ts')]);

wireSwitches(switches);
byId('check').addEventListener('click', () => void gate.check());
byId('reset').addEventListener('click', () => void turn({ turn: 'reset' }));
byId('copy').addEventListener('click', () => void navigator.clipboard.writeText(byId('code').innerText));
await watchWorld(
  (state) => {
    world = state;
    setAhead(state.aheadMs);
    show();
  },
  () => void startOver(),
);

function show(): void {
  const { access } = gate;
  document.documentElement.dataset.access = access;
  byId('status').textContent = STATUS[access];
  showOtherDevices(byId('devices'), chosenKey);
  showFacts(byId('facts'), gate, world?.marketplaceCalls ?? 0);
  if (!world) return;
  showKeys(byId('keys'), world.keys, chosenKey, tryKey);
  showSwitches(switches, world);
}

/** A shut gate takes the key as from a link in a mail; an open one is told to change its license. */
function tryKey(key: string): void {
  chosenKey = key;
  if (gate.open) {
    void gate.activate(key);
  } else {
    location.replace(`#license_key=${key}`);
    gate.focus();
  }
  show();
}

async function startOver(): Promise<void> {
  gate.remove();
  await forgetEverything();
  location.reload();
}
