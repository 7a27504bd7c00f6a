// The headless license client: feeds events to the state machine, carries out the effects that it returns and
// tells subscribers what became of it. The one place in the browser where effects happen.

import { createApi } from './api.ts';
import { deviceLabel } from './device-label.ts';
import { exchange, unverified, type Means } from './exchange.ts';
import { verifyLease } from './lease.ts';
import { problem, type Problem } from './problem.ts';
import { parseRecord, type License, type LicenseRecord } from './record.ts';
import { readSettings, type LicenseClientOptions, type Settings } from './settings.ts';
import { watchPage } from './signals.ts';
import { isChanged, snapshotOf, type LicenseSnapshot } from './snapshot.ts';
import {
  INITIAL,
  runOf,
  transition,
  type Effect,
  type LicenseEvent,
  type Signal,
  type State,
} from './state.ts';
import { createBrowserStorage, guideDeviceId, type LicenseStorage } from './storage.ts';
import { createTabs } from './tabs.ts';

/** What a call came to. Expected refusals are outcomes, not exceptions. */
export type Outcome =
  { readonly ok: true; readonly license: License | undefined } | ({ readonly ok: false } & Problem);

/** What happened last, beside the state it led to. */
export type Cause = LicenseEvent['type'] | 'started';

export type Listener = (now: LicenseSnapshot, before: LicenseSnapshot, cause: Cause) => void;

export interface LicenseClient {
  readonly snapshot: LicenseSnapshot;
  /** Resolves once it is known whether the license lets the app be used. */
  readonly ready: Promise<LicenseSnapshot>;
  /** Calls back at once with the present state, then on every change. @returns the way to stop it */
  subscribe(listener: Listener): () => void;
  /** @param key whatever the buyer pasted; @param replaceDevice the handle of a device that gives its seat up */
  activate(key: string, options?: { readonly replaceDevice?: string }): Promise<Outcome>;
  /** Gives this device's seat back and locks. */
  deactivate(): Promise<Outcome>;
  /** Asks the server now. */
  check(): Promise<Outcome>;
  /** Frees another device's seat; where this device was refused one, takes it in the same call. */
  releaseDevice(handle: string): Promise<Outcome>;
  /** Stops timers, listeners and requests. */
  close(): void;
}

/** What the client needs of the world; each has a real default. */
export interface Environment {
  readonly fetch: typeof globalThis.fetch;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** 0 to 1 */
  readonly random: () => number;
  readonly randomUUID: () => string;
  readonly storage: LicenseStorage;
  readonly watchPage: typeof watchPage;
  readonly userAgent: string | undefined;
}

/** A page looks at the clock at least this often: timers do not notice a sleeping machine or a turned clock. */
const LOOK_MS = 60_000;

export function createLicenseClient(
  options: LicenseClientOptions,
  environment: Partial<Environment> = {},
): LicenseClient {
  const settings = readSettings(options);
  return 'code' in settings ? createBrokenClient(settings) : createWorkingClient(settings, environment);
}

function createWorkingClient(settings: Settings, environment: Partial<Environment>): LicenseClient {
  const env: Environment = { ...browserEnvironment(), ...environment };
  const { storage } = env;
  const slot = `record:${settings.server}|${settings.product ?? ''}`;
  const tabs = createTabs(`license-gate:${slot}`, () => void adoptStored());
  const stopWatching = env.watchPage(wake);
  const listeners = new Set<Listener>();
  const inFlight = new Map<number, AbortController>();
  const waiting = new Map<number, PromiseWithResolvers<Outcome>>();
  const ready = Promise.withResolvers<LicenseSnapshot>();

  let state: State = INITIAL;
  let snapshot = snapshotOf(state, storage.mode);
  let lastRun = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let knownDeviceId: Promise<string> | undefined;
  /** Ends when everything that was to be stored is. */
  let writes: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const means: Means = {
    api: createApi(settings.server, settings.product, env.fetch),
    settings,
    now: env.now,
    deviceLabel: deviceLabel(env.userAgent),
    deviceId,
    stored: async () => parseRecord(await storage.read(slot)),
  };
  const restored = restore();

  function dispatch(event: LicenseEvent): void {
    if (isClosed) return;
    const circumstances = { now: env.now(), chance: env.random(), seatPolicy: settings.seatPolicy };
    const next = transition(state, event, circumstances);
    state = next.state;
    next.effects.forEach(carryOut);
    settle(event);
    schedule();
    publish(event.type);
  }

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        void send(effect.run, effect.call);
        break;
      case 'abort':
        inFlight.get(effect.run)?.abort();
        inFlight.delete(effect.run);
        break;
      case 'save':
        store(() => effect.record);
        break;
      case 'note':
        store((old) => (parseRecord(old)?.confirmedAt === effect.confirmedAt ? effect.record : old), false);
        break;
      case 'forget':
        store(() => undefined);
        break;
    }
  }

  function store(next: (old: unknown) => unknown, isNews = true): void {
    writes = writes
      .then(() => storage.change(slot, next))
      .then(() => isNews && tabs.announce())
      .catch(() => {}); // memory is the last rung: what cannot be stored is lost with the page
  }

  async function send(run: number, call: Extract<Effect, { type: 'send' }>['call']): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    inFlight.set(run, controller);
    await tabs.alone(async () => {
      await restored;
      if (signal.aborted) return;
      const event = await exchange(run, call, signal, means).catch((cause): LicenseEvent => ({
        type: 'refused',
        run,
        problem: problem('storage_unavailable', String(cause)),
      }));
      if (signal.aborted) return;
      inFlight.delete(run);
      dispatch(event);
      await writes; // the next tab in turn is to find this answer
    });
  }

  /** Ends the promises of calls that the state no longer waits for. */
  function settle(event: LicenseEvent): void {
    for (const [run, { resolve }] of waiting) {
      if (runOf(state.activity) === run) continue;
      waiting.delete(run);
      resolve(outcomeOf(event, run));
    }
  }

  function outcomeOf(event: LicenseEvent, run: number): Outcome {
    const { open, license } = snapshotOf(state, storage.mode);
    if (event.type === 'refused' && event.run === run) return { ok: false, ...event.problem };
    const isAnswer = 'run' in event ? event.run === run : event.type === 'adopted' && open;
    return isAnswer ? { ok: true, license } : canceled();
  }

  function publish(cause: Cause): void {
    const before = snapshot;
    const after = snapshotOf(state, storage.mode);
    if (!isChanged(before, after)) return;
    snapshot = after;
    if (after.access !== 'unknown') ready.resolve(after);
    for (const listener of listeners) {
      if (snapshot !== after) break; // a listener has changed the state: everybody has heard the newer one
      listener(after, before, cause);
    }
  }

  function schedule(): void {
    clearTimeout(timer);
    if (state.record === undefined || isClosed) return;
    const { activity } = state;
    const left = activity.kind === 'waiting' ? activity.until - env.now() : LOOK_MS;
    timer = setTimeout(() => wake('timer'), Math.min(Math.max(left, 100), LOOK_MS));
    // A Node process does not stay alive only to look at the clock.
    (timer as { unref?: () => void }).unref?.();
  }

  function wake(signal: Signal): void {
    dispatch({ type: 'woke', run: ++lastRun, signal });
    schedule();
  }

  async function restore(): Promise<void> {
    const peeked = parseRecord(storage.peek(slot));
    if (peeked && !settings.publicKeys) dispatch({ type: 'restored', record: peeked, run: ++lastRun });
    const stored = await means.stored().catch(() => undefined);
    if (state === INITIAL || state.access === 'unknown')
      dispatch({ type: 'restored', record: await trusted(stored), run: ++lastRun });
    else if (JSON.stringify(stored) !== JSON.stringify(peeked)) await adoptStored();
  }

  async function adoptStored(): Promise<void> {
    await writes; // what this tab is about to store is newer
    dispatch({ type: 'adopted', record: await trusted(await means.stored().catch(() => undefined)) });
    wake('timer');
  }

  /** With pinned keys a stored record counts only with its signature; without one the server is asked again. */
  async function trusted(record: LicenseRecord | undefined): Promise<LicenseRecord | undefined> {
    if (!record || !settings.publicKeys || record.refusal) return record;
    const expected = { deviceId: await deviceId(), product: settings.product };
    const claims = await verifyLease(record.lease, settings.publicKeys, expected);
    if (claims) return record;
    const { code, message } = unverified();
    return { ...record, refusal: { code, message } };
  }

  function deviceId(): Promise<string> {
    return (knownDeviceId ??= storage
      .change('device-id', (old) =>
        typeof old === 'string' && old ? old : (guideDeviceId() ?? env.randomUUID()),
      )
      .then(String)
      .catch((cause: unknown) => {
        knownDeviceId = undefined;
        throw cause;
      }));
  }

  function begin(event: (run: number) => LicenseEvent): Promise<Outcome> {
    const run = ++lastRun;
    const outcome = join(run);
    dispatch(event(run));
    return outcome;
  }

  /** Waits for what a run comes to, whoever began it. */
  function join(run: number): Promise<Outcome> {
    const wait = waiting.get(run) ?? Promise.withResolvers();
    if (isClosed) wait.resolve(canceled());
    else waiting.set(run, wait);
    return wait.promise;
  }

  return {
    get snapshot() {
      return snapshot;
    },
    ready: ready.promise,
    subscribe(listener) {
      listeners.add(listener);
      listener(snapshot, snapshot, 'started');
      return () => void listeners.delete(listener);
    },
    async activate(key, { replaceDevice } = {}) {
      const { activity } = state;
      if (activity.kind === 'activating' && activity.key === key && activity.replaceDevice === replaceDevice)
        return join(activity.run);
      const seat = replaceDevice === undefined ? {} : { replaceDevice };
      return begin((run) => ({ type: 'activate', run, key, ...seat }));
    },
    async check() {
      await restored;
      const run = runOf(state.activity);
      if (run !== undefined) return join(run);
      return state.record ? begin((next) => ({ type: 'check', run: next })) : noLicense();
    },
    async deactivate() {
      await restored;
      if (state.activity.kind === 'releasing') return join(state.activity.run);
      return state.record ? begin((run) => ({ type: 'deactivate', run })) : noLicense();
    },
    async releaseDevice(handle) {
      const isSeatless = state.access === 'locked' && state.seatlessKey !== undefined;
      return state.record || isSeatless ? begin((run) => ({ type: 'release', run, handle })) : noLicense();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      stopWatching();
      tabs.close();
      listeners.clear();
      for (const controller of inFlight.values()) controller.abort();
      for (const { resolve } of waiting.values()) resolve(canceled());
      waiting.clear();
    },
  };
}

const canceled = (): Outcome => ({ ok: false, ...problem('canceled', 'Something newer took its place.') });
const noLicense = (): Outcome => ({
  ok: false,
  ...problem('license_invalid', 'No license key is active here.'),
});

/** A client for a host that is set up wrongly: locked, and saying what to change. */
function createBrokenClient(why: Problem): LicenseClient {
  const state: State = { access: 'locked', problem: why, activity: { kind: 'idle' }, devices: [] };
  const snapshot = snapshotOf(state, 'memory');
  const refuse = async (): Promise<Outcome> => ({ ok: false, ...why });
  return {
    snapshot,
    ready: Promise.resolve(snapshot),
    subscribe(listener) {
      listener(snapshot, snapshot, 'started');
      return () => {};
    },
    activate: refuse,
    deactivate: refuse,
    check: refuse,
    releaseDevice: refuse,
    close: () => {},
  };
}

const browserEnvironment = (): Environment => ({
  fetch: (...request) => globalThis.fetch(...request),
  now: () => Date.now(),
  random: () => Math.random(),
  randomUUID,
  storage: createBrowserStorage(),
  watchPage,
  userAgent: globalThis.navigator?.userAgent,
});

/** Pages served over plain http have no `crypto.randomUUID`, but every browser names a blob by such an id. */
function randomUUID(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const url = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(url);
  return url.slice(-36);
}
