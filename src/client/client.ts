// The headless license client: feeds events to the state machine, carries out the effects that it returns and
// tells subscribers what became of it. The one place in the browser where effects happen.

import { normalizeKey } from '../protocol/index.ts';
import { createApi } from './api.ts';
import { createClock } from './clock.ts';
import { createBrokenClient } from './broken-client.ts';
import { deviceLabel } from './device-label.ts';
import { browserEnvironment, type Environment } from './environment.ts';
import { exchange, type Means } from './exchange.ts';
import { createKeeper, type Kept } from './keeper.ts';
import {
  INITIAL,
  runOf,
  type Call,
  type Effect,
  type LicenseEvent,
  type Signal,
  type State,
} from './model.ts';
import { recordAtOnce } from './opening.ts';
import { createOutcomes, noLicense, type Outcome } from './outcomes.ts';
import { problem, type Problem } from './problem.ts';
import { recordSlot, type Settings } from './settings.ts';
import { isChanged, snapshotOf, type LicenseSnapshot } from './snapshot.ts';
import { transition } from './state.ts';
import { createTabs } from './tabs.ts';
import { createVerifier } from './verifier.ts';

/** What happened last, beside the state it led to. */
export type Cause = LicenseEvent['type'] | 'started';

export type Listener = (now: LicenseSnapshot, before: LicenseSnapshot, cause: Cause) => void;

/** What the element needs; other hosts get more (host-client.ts). */
export interface Client {
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
  /** The license server's time, in milliseconds since 1970. @internal */
  now(): number;
  /** Resolves when everything that is stored has been read. @internal */
  readonly restored: Promise<unknown>;
}

/** A page looks at the clock at least this often: timers do not notice a sleeping machine or a turned clock. */
const LOOK_MS = 60_000;

export const createClient = (settings: Settings | Problem, environment?: Partial<Environment>): Client =>
  'code' in settings
    ? createBrokenClient(settings)
    : createWorkingClient(settings, { ...browserEnvironment(), ...environment });

function createWorkingClient(settings: Settings, env: Environment): Client {
  const { storage } = env;
  const slot = recordSlot(settings);
  const tabs = createTabs(`license-gate:${slot}`, () => void look('timer'));
  const { publicKeys } = settings;
  const verifier = publicKeys === undefined ? undefined : createVerifier(publicKeys, storage, env.fetch);
  const keeper = createKeeper(slot, settings, verifier, env, () => {
    tabs.announce();
    wake('timer'); // the write may have shown that this browser keeps nothing
  });
  const clock = createClock(env.now, env.uptime);
  const outcomes = createOutcomes();
  const listeners = new Set<Listener>();
  const ready = Promise.withResolvers<LicenseSnapshot>();

  let state: State = INITIAL;
  let snapshot = snapshotOf(state, storage.mode);
  let lastRun = 0;
  /** Of the question that is being asked: each calls off the one before. */
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  let stopWatching: (() => void) | undefined;

  const means: Means = {
    ask: createApi(settings.server, settings.product, env.fetch),
    settings,
    verifier,
    clock,
    random: env.random,
    deviceLabel: deviceLabel(env.userAgent),
    deviceId: keeper.deviceId,
    stored: keeper.read,
  };
  const restored = restore();

  function dispatch(event: LicenseEvent): void {
    if (isClosed) return;
    const now = clock.now('record' in event ? event.record : undefined);
    const circumstances = { now, chance: env.random(), seatPolicy: settings.seatPolicy };
    const wasActivating = state.activity.kind === 'activating';
    const next = transition(state, event, circumstances);
    state = next.state;
    if (state.record) clock.follow(state.record);
    next.effects.forEach(carryOut);
    if (wasActivating && event.type === 'confirmed') storage.persist?.();
    outcomes.settle(event, runOf(state.activity), snapshotOf(state, storage.mode));
    schedule();
    publish(event.type);
  }

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        void send(effect.run, effect.call);
        break;
      case 'abort':
        asking?.abort();
        break;
      case 'save':
        keeper.save(effect.record);
        break;
      case 'note':
        keeper.note(effect.record, effect.confirmedAt);
        break;
      case 'forget':
        keeper.remove(clock.now());
        break;
    }
  }

  async function send(run: number, call: Call): Promise<void> {
    const { signal } = (asking = new AbortController());
    await tabs.alone(async () => {
      await restored;
      if (signal.aborted) return;
      const event = await exchange(run, call, signal, means).catch((cause): LicenseEvent => ({
        type: 'refused',
        ends: run,
        problem: problem('storage_unavailable', String(cause)),
      }));
      if (signal.aborted) return;
      dispatch(event);
      await keeper.settled(); // the next tab in turn is to find this answer
    });
  }

  function publish(cause: Cause): void {
    const before = snapshot;
    const after = snapshotOf(state, storage.mode);
    if (!isChanged(before, after)) return;
    snapshot = after;
    if (after.access !== 'unknown') ready.resolve(after);
    for (const listener of listeners) {
      if (snapshot !== after) break; // a listener has changed the state: everybody has heard the newer one
      try {
        listener(after, before, cause);
      } catch (error) {
        // One listener's mistake is not to keep the others from hearing, nor the license from being kept.
        setTimeout(() => {
          throw error;
        });
      }
    }
  }

  function schedule(): void {
    clearTimeout(timer);
    if (state.record === undefined || isClosed) return;
    const { activity } = state;
    const left = activity.kind === 'waiting' ? activity.until - clock.now() : LOOK_MS;
    timer = setTimeout(() => wake('timer'), Math.min(Math.max(left, 100), LOOK_MS));
    // A Node process does not stay alive only to look at the clock.
    (timer as { unref?: () => void }).unref?.();
  }

  function wake(signal: Signal): void {
    dispatch({ type: 'woke', run: ++lastRun, signal });
  }

  async function restore(): Promise<void> {
    const known = recordAtOnce(settings, (name) => storage.peek(name));
    const first = known instanceof Promise ? await known : known;
    if (first && !first.refusal) dispatch({ type: 'restored', record: first, run: ++lastRun });
    // What the decision does not need comes after it; and who makes a client and closes it at once opens no database.
    await new Promise((resolve) => setTimeout(resolve));
    if (isClosed) return;
    tabs.listen();
    stopWatching = env.watchPage((signal) => void look(signal));
    const kept = await keeper.read();
    if (state.access === 'unknown') dispatch({ type: 'restored', record: kept ?? undefined, run: ++lastRun });
    else if (isChanged(first, kept)) adopt(kept);
    wake('timer');
  }

  /** Looks whether another tab has stored something, and whether something is due. */
  async function look(signal: Signal): Promise<void> {
    wake(signal);
    adopt(await keeper.read());
    wake('timer');
  }

  function adopt(kept: Kept): void {
    if (kept !== undefined) dispatch({ type: 'adopted', record: kept ?? undefined });
  }

  function begin(event: (run: number) => LicenseEvent): Promise<Outcome> {
    const run = ++lastRun;
    const outcome = outcomes.of(run);
    dispatch(event(run));
    return outcome;
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
    async activate(text, { replaceDevice } = {}) {
      const key = normalizeKey(text) ?? text;
      const { activity } = state;
      if (activity.kind === 'activating' && activity.key === key && activity.replaceDevice === replaceDevice)
        return outcomes.of(activity.run);
      return begin((run) => ({ type: 'activate', run, key, replaceDevice }));
    },
    async check() {
      await restored;
      const run = runOf(state.activity);
      if (run !== undefined) return outcomes.of(run);
      return state.record ? begin((next) => ({ type: 'check', run: next })) : noLicense();
    },
    async deactivate() {
      await restored;
      if (state.activity.kind === 'releasing') return outcomes.of(state.activity.run);
      return state.record ? begin((run) => ({ type: 'deactivate', run })) : noLicense();
    },
    async releaseDevice(handle) {
      const isSeatless = state.access === 'locked' && state.seatlessKey !== undefined;
      return state.record || isSeatless ? begin((run) => ({ type: 'release', run, handle })) : noLicense();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      stopWatching?.();
      tabs.close();
      listeners.clear();
      asking?.abort();
      outcomes.close();
    },
    now: () => clock.now(),
    restored,
  };
}
