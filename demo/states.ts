// Every state of the gate, to be had at will: the playground's picker, the gallery of screenshots and the
// accessibility tests all go through this one list. Only the network, the clock and the storage are played.

import type { LicenseGate } from '../src/index.ts';
import { createHostStorage, type LicenseStorage } from '../src/client/index.ts';

const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
const MAIL = `Thank you for your purchase! Your license key: ${KEY.toUpperCase().replaceAll('-', '–')} Enjoy.`;
const DAY_MS = 86_400_000;

type Answer = () => Response | Promise<Response>;

/** What is played around one gate. */
interface Stage {
  answer: Answer;
  /** How far its clock is ahead of the real one. */
  aheadMs: number;
}

interface GateState {
  readonly label: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly storage?: () => LicenseStorage;
  /** What the server answers from the beginning; otherwise it confirms. */
  readonly answer?: Answer;
  readonly play?: (gate: LicenseGate, stage: Stage) => Promise<unknown> | unknown;
}

const refuse =
  (status: number, code: string, more: object = {}): Answer =>
  () =>
    Response.json({ error: code, code, retryable: status >= 429, ...more }, { status });
const confirm: Answer = () =>
  Response.json({ activated: true, licenseName: 'Team License', devicesUsed: 2, maxDevices: 5 });
const unreachable: Answer = () => Promise.reject(new TypeError('Failed to fetch'));
const silent: Answer = () => new Promise<Response>(() => {});
const seatsFull = refuse(403, 'seat_limit_reached', {
  maxDevices: 3,
  devices: [
    { handle: 'a', label: 'Chrome on Mac', lastSeen: daysAgo(12) },
    { handle: 'b', label: 'Firefox on Windows', lastSeen: daysAgo(1) },
    { handle: 'c', label: '', lastSeen: daysAgo(0) },
  ],
});

const activate = (gate: LicenseGate) => gate.activate(KEY);
/** Opens the gate, and asks again when things have changed. */
const openThen = (change: (stage: Stage) => void) => async (gate: LicenseGate, stage: Stage) => {
  await gate.activate(KEY);
  change(stage);
  await gate.check();
};

export const STATES = {
  first: { label: 'First visit' },
  typing: { label: 'Typing', play: (gate) => enter(gate, KEY.slice(0, 17), 'insertText') },
  found: { label: 'Mail pasted, key found', play: (gate) => enter(gate, MAIL, 'insertFromPaste') },
  notAKey: {
    label: 'Something else pasted',
    play: (gate) => enter(gate, 'Order no. 2026-11874', 'insertFromPaste'),
  },
  busy: { label: 'Being checked', answer: silent, play: (gate) => void submit(gate) },
  slow: { label: 'Slow server', answer: silent, play: (gate) => (void submit(gate), later(4200)) },
  wrong: { label: 'Wrong key', answer: refuse(403, 'license_invalid'), play: submit },
  trying: {
    label: 'Just bought, trying on',
    answer: refuse(403, 'license_invalid'),
    play: async (gate) => {
      await submit(gate);
      find(gate, '[part~=message] button').click();
    },
  },
  offline: { label: 'Offline at the first start', answer: unreachable, play: submit },
  unavailable: { label: 'Marketplace down', answer: refuse(503, 'upstream_unavailable'), play: submit },
  moved: { label: 'Moved too often', answer: refuse(429, 'release_limit_reached'), play: submit },
  seats: { label: 'All seats taken', answer: seatsFull, play: submit },
  seatsElsewhere: {
    label: 'All seats taken, no list',
    answer: refuse(403, 'seat_limit_reached', { maxDevices: 1 }),
    play: submit,
  },
  forgetful: {
    label: 'A browser that forgets',
    storage: () => ({ ...createHostStorage(new Map()), mode: 'memory' }),
  },
  open: { label: 'Open', play: activate },
  asking: {
    label: 'Open, asked to deactivate',
    play: async (gate) => {
      await activate(gate);
      await gate.updateComplete;
      find(gate, 'aside button').click();
    },
  },
  grace: { label: 'Open, on grace', play: openThen((stage) => (stage.answer = unreachable)) },
  revoked: {
    label: 'License ended',
    play: openThen((stage) => (stage.answer = refuse(403, 'license_revoked'))),
  },
  unconfirmed: {
    label: 'Grace is over',
    play: openThen((stage) => {
      stage.answer = unreachable;
      stage.aheadMs = 8 * DAY_MS;
    }),
  },
  waiting: {
    label: 'Nothing known yet',
    play: async (gate, stage) => {
      await activate(gate);
      stage.answer = silent;
      stage.aheadMs = 8 * DAY_MS;
      gate.graceDays = 6; // another client, that has to ask before it knows
      await later(900);
    },
  },
  misconfigured: { label: 'Set up wrongly', attributes: { server: '' } },
} as const satisfies Readonly<Record<string, GateState>>;

export type StateName = keyof typeof STATES;

export const STATE_NAMES = Object.keys(STATES) as readonly StateName[]; // the keys above

/** Puts a gate that is not in the page yet into it, in the state that is asked for. */
export async function showState(name: StateName, gate: LicenseGate, parent: Element): Promise<void> {
  const { attributes, storage, answer = confirm, play }: GateState = STATES[name];
  const stage: Stage = { answer, aheadMs: 0 };
  for (const [attribute, value] of Object.entries({ server: 'https://licenses.example.com', ...attributes }))
    gate.setAttribute(attribute, value);
  gate.environment = {
    fetch: (_url, init) => Promise.race([stage.answer(), aborted(init?.signal)]),
    now: () => Date.now() + stage.aheadMs,
    storage: storage?.() ?? createHostStorage(new Map()),
  };
  parent.append(gate);
  await gate.ready;
  while (!gate.shadowRoot?.childElementCount) await later(10); // its language may be on the way
  await play?.(gate, stage);
  await gate.updateComplete;
}

async function enter(gate: LicenseGate, text: string, inputType: string): Promise<void> {
  const field = find<HTMLInputElement>(gate, 'input');
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { inputType, bubbles: true }));
  await gate.updateComplete;
}

/** Resolves when the key was refused. */
async function submit(gate: LicenseGate): Promise<void> {
  find<HTMLInputElement>(gate, 'input').value = KEY;
  const answered = new Promise((resolve) => gate.addEventListener('license-error', resolve, { once: true }));
  find<HTMLFormElement>(gate, 'form').requestSubmit();
  await answered;
  await later(20);
}

function find<T extends HTMLElement = HTMLElement>(gate: LicenseGate, selector: string): T {
  const found = gate.shadowRoot?.querySelector<T>(selector);
  if (!found) throw new Error(`The gate shows no ${selector}.`);
  return found;
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const aborted = (signal: AbortSignal | null | undefined) =>
  new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString();
}
