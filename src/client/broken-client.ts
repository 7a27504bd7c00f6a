// The client of a host that is set up wrongly: locked, and saying what to change.

import type { Client } from './client.ts';
import { locked } from './model.ts';
import type { Outcome } from './outcomes.ts';
import type { Problem } from './problem.ts';
import { snapshotOf } from './snapshot.ts';

export function createBrokenClient(why: Problem): Client {
  const snapshot = snapshotOf(locked({ problem: why }), 'memory');
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
    now: () => 0,
    restored: Promise.resolve(),
  };
}
