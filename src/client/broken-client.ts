// The client of a host that is set up wrongly: locked, and saying what to change.

import type { LicenseClient } from './client.ts';
import type { Outcome } from './outcomes.ts';
import type { Problem } from './problem.ts';
import { snapshotOf } from './snapshot.ts';
import { locked } from './steps.ts';

export function createBrokenClient(why: Problem): LicenseClient {
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
    freshLease: async () => undefined,
    releaseDevice: refuse,
    close: () => {},
  };
}
