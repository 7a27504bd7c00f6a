// A world for license clients: a clock that is set, a license server that is told what to answer, and storages that
// several clients share. Nothing of the client itself is faked.

import assert from 'node:assert/strict';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import {
  createLicenseClient,
  type Environment,
  type LicenseClient,
  type LicenseClientOptions,
  type LicenseStorage,
} from '../../src/client/index.ts';
import { KEY, NOW } from './fixtures.ts';

type Signal = 'timer' | 'online' | 'visible' | 'resumed';

export interface Call {
  readonly path: string;
  readonly body: Record<string, string | undefined>;
  readonly signal: AbortSignal;
}

/** A storage in memory that can be looked into at once, as localStorage can, and be cleared. */
export function createTestStorage() {
  const values = new Map<string, unknown>();
  const storage: LicenseStorage = {
    mode: 'indexeddb',
    peek: (name) => structuredClone(values.get(name)),
    async change(name, next) {
      await setImmediate();
      values.set(name, structuredClone(next(structuredClone(values.get(name)))));
      return structuredClone(values.get(name));
    },
  };
  return { ...storage, values };
}

export type TestStorage = ReturnType<typeof createTestStorage>;

let worlds = 0;

export function createWorld(t: TestContext) {
  const server = `https://licenses-${++worlds}.example.com`;
  const calls: Call[] = [];
  const clients = new Set<LicenseClient>();

  const world = {
    server,
    now: NOW,
    /** How long the page has been open, where that is not what the clock shows. */
    uptime: 0,
    calls,
    storage: createTestStorage(),
    /** What the server answers. */
    answer: (_call: Call): Response | Promise<Response> => confirmation(),

    open(options: Partial<LicenseClientOptions> = {}, environment: Partial<Environment> = {}) {
      const page: { onSignal?: (signal: Signal) => void } = {};
      const client = createLicenseClient(
        { server, ...options },
        {
          fetch: async (url, init) => {
            const call = {
              path: new URL(String(url)).pathname,
              body: JSON.parse(String(init?.body)) as Record<string, string>,
              signal: init?.signal ?? new AbortController().signal,
            };
            calls.push(call);
            return world.answer(call);
          },
          now: () => world.now,
          uptime: () => world.uptime,
          random: () => 0,
          storage: world.storage,
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
          watchPage: (listener) => {
            page.onSignal = listener;
            return () => delete page.onSignal;
          },
          ...environment,
        },
      );
      clients.add(client);
      return Object.assign(client, { wake: (signal: Signal = 'timer') => page.onSignal?.(signal) });
    },

    /** A client whose buyer has pasted the key. */
    async openLicensed(options: Partial<LicenseClientOptions> = {}, environment: Partial<Environment> = {}) {
      const client = world.open(options, environment);
      await client.activate(KEY);
      await rest();
      calls.length = 0;
      return client;
    },
  };

  t.after(() => clients.forEach((client) => client.close()));
  return world;
}

/** Waits for what other threads have a part in, such as a signature that is verified, for two seconds at most. */
export async function until(isSo: () => boolean): Promise<void> {
  const limit = performance.now() + 2000;
  while (!isSo() && performance.now() < limit) await setTimeout(2);
  assert.ok(isSo(), 'not within two seconds');
}

/** Lets everything that is under way come to rest. */
export async function rest(turns = 40): Promise<void> {
  await setTimeout(2);
  for (let turn = 0; turn < turns; turn++) await setImmediate();
}

export const confirmation = (more: object = {}): Response =>
  Response.json({ activated: true, licenseName: 'Team License', ...more });

export const refusal = (status: number, code: string, more: object = {}): Response =>
  Response.json({ error: code, code, ...more }, { status });

export const unreachable = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));
