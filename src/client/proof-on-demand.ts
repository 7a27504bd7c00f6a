// Brings a device's proof in where the page wants one, or where the seat turns out to be bound to one.

import type { Means } from './exchange.ts';
import { within } from './limit.ts';
import { loadDeviceProof } from './load-device-proof.ts';
import type { Call } from './model.ts';
import type { Problem } from './problem.ts';

const LOAD_LIMIT_MS = 3000;

/**
 * Asks with a proof where it can be had; where its code cannot be loaded, nothing is proved and nothing is lost.
 *
 * @param ask may be called twice
 */
export async function askProvably<T extends object>(
  ask: (means: Means) => Promise<T | Problem>,
  means: Means,
  call: Call,
): Promise<T | Problem> {
  const answer = means.settings.deviceProof ? undefined : await ask(means);
  return answer && (answer as Partial<Problem>).code !== 'proof_required'
    ? answer
    : within(LOAD_LIMIT_MS, loadDeviceProof()).then(
        ({ proving }) => ask(proving(means, call)),
        () => answer ?? ask(means),
      );
}
