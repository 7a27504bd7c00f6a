// A license server in the page's own network (msw), a gate in the page, and ways to find what a buyer sees.
import { fixture, html } from '@open-wc/testing';
import { setupWorker } from 'msw/browser';
import { HttpResponse, http } from 'msw/http';
import '../../src/index.ts';
import type { LicenseGate } from '../../src/element/index.ts';

export const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';

export interface Call {
  readonly path: string;
  readonly body: Record<string, string>;
}

type Reply = () => Response | Promise<Response>;

/** A license server of its own for each test, so that no stored record of another test is found. */
export interface FakeServer {
  readonly url: string;
  readonly calls: Call[];
  /** What it answers to /activate from now on. */
  reply: Reply;
  /** What it answers to /deactivate from now on. */
  deactivate: Reply;
}

const servers = new Map<string, FakeServer>();
const worker = setupWorker(
  http.post('https://*.licenses.test/:path', async ({ request, params }) => {
    const server = servers.get(new URL(request.url).origin);
    if (!server) return HttpResponse.error();
    const path = String(params['path']);
    server.calls.push({ path, body: (await request.json()) as Record<string, string> });
    return path === 'deactivate' ? server.deactivate() : server.reply();
  }),
);
let started: Promise<unknown> | undefined;

export async function startServer(): Promise<FakeServer> {
  await (started ??= worker.start({ quiet: true, onUnhandledFrame: 'bypass' }));
  const server: FakeServer = {
    url: `https://s${crypto.randomUUID()}.licenses.test`,
    calls: [],
    reply: confirmed,
    deactivate: () => HttpResponse.json({ deactivated: true }),
  };
  servers.set(server.url, server);
  return server;
}

export const confirmed = (more: object = {}): Response =>
  HttpResponse.json({
    activated: true,
    licenseName: 'Team License',
    productName: 'My Tool',
    devicesUsed: 1,
    maxDevices: 5,
    ...more,
  });

export const refused = (status: number, code: string, more: object = {}): Response =>
  HttpResponse.json({ error: code, code, retryable: false, ...more }, { status });

export const seatsFull = (): Response =>
  refused(403, 'seat_limit_reached', {
    error: 'Seat limit reached (1). Deactivate a device first.',
    maxDevices: 1,
    devices: [
      {
        handle: 'h1',
        label: 'Chrome on Mac',
        lastSeen: new Date(Date.now() - 12 * 86_400_000).toISOString(),
      },
    ],
  });

export const unreachable = (): Response => HttpResponse.error();

/** A gate with a small app in its template. */
export async function gateFor(
  server: FakeServer,
  attributes: Record<string, string> = {},
): Promise<LicenseGate> {
  const gate = document.createElement('license-gate');
  for (const [name, value] of Object.entries({ server: server.url, ...attributes }))
    gate.setAttribute(name, value);
  gate.innerHTML = '<template><main><h1>The app</h1><textarea></textarea></main></template>';
  const host = await fixture<HTMLElement>(html`<div></div>`);
  host.append(gate);
  await gate.ready;
  await gate.updateComplete;
  return gate;
}

/** A gate that a buyer has opened. */
export async function openGateFor(
  server: FakeServer,
  attributes?: Record<string, string>,
): Promise<LicenseGate> {
  const gate = await gateFor(server, attributes);
  await gate.activate(KEY);
  await gate.updateComplete;
  server.calls.length = 0;
  return gate;
}

export const shown = (gate: LicenseGate): string =>
  gate.shadowRoot?.textContent?.replace(/\s+/g, ' ').trim() ?? '';

export function part<T extends HTMLElement = HTMLElement>(gate: LicenseGate, name: string): T {
  const found = gate.shadowRoot?.querySelector<T>(`[part~='${name}']`);
  if (!found) throw new Error(`No part "${name}" in: ${shown(gate)}`);
  return found;
}

export function button(gate: LicenseGate, name: string): HTMLButtonElement {
  const buttons = [...(gate.shadowRoot?.querySelectorAll('button') ?? [])];
  const found = buttons.find((one) => one.textContent?.trim() === name);
  if (!found) throw new Error(`No button "${name}" in: ${shown(gate)}`);
  return found;
}

/** Types into the key field and presses the button. */
export async function submit(gate: LicenseGate, key: string, name = 'Activate'): Promise<void> {
  if (name !== 'Activate') await until(() => shown(gate).includes(name));
  part<HTMLInputElement>(gate, 'input').value = key;
  button(gate, name).click();
  await settled(gate);
}

export async function settled(gate: LicenseGate): Promise<void> {
  const isBusy = () => ['activating', 'checking', 'releasing'].includes(gate.activity);
  await gate.updateComplete;
  for (let turn = 0; turn < 200 && (turn < 2 || isBusy()); turn++)
    await new Promise((wait) => setTimeout(wait, 10));
  await gate.updateComplete;
}

/** Waits for what comes in its own time, such as a language. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !isTrue(); turn++) await new Promise((wait) => setTimeout(wait, 10));
  if (!isTrue()) throw new Error(`Waited in vain for ${String(isTrue)}`);
}

/** Holds every timer of three seconds and more, until the test lets its time pass. */
export function holdTimers() {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  let held: { readonly id: number; readonly run: () => void; readonly ms: number }[] = [];
  let last = 1e9;
  globalThis.setTimeout = ((run: () => void, ms = 0) => {
    if (ms < 3000) return start(run, ms);
    held.push({ id: (last += 1), run, ms });
    return last;
  }) as typeof setTimeout;
  globalThis.clearTimeout = (id) => {
    held = held.filter((timer) => timer.id !== id);
    stop(id);
  };
  return {
    pass(ms: number) {
      const due = held.filter((timer) => timer.ms === ms);
      held = held.filter((timer) => timer.ms !== ms);
      for (const { run } of due) run();
    },
    release: () => void Object.assign(globalThis, { setTimeout: start, clearTimeout: stop }),
  };
}

/** As a browser does it when somebody types, pastes or drops. */
export async function enter(gate: LicenseGate, text: string, inputType: string): Promise<void> {
  const field = part<HTMLInputElement>(gate, 'input');
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { inputType, bubbles: true }));
  await gate.updateComplete;
}

/** The types of the gate's events, in order, from now on. */
export function listen(gate: LicenseGate): string[] {
  const heard: string[] = [];
  for (const type of [
    'ready',
    'changed',
    'unlocked',
    'locked',
    'activate',
    'activated',
    'deactivated',
    'lock',
    'error',
  ])
    gate.addEventListener(`license-${type}`, () => heard.push(`license-${type}`));
  return heard;
}
