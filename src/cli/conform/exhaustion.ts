// A busy marketplace: whether a buyer is told that a good key is bad, only because the marketplace has no time.
// It uses the marketplace's budget up for a minute, so it runs only when it is asked for.

import { inWords, type Report } from './report.ts';
import { isActivated } from './seats.ts';
import type { ServerUnderTest } from './server.ts';

/** The marketplace answers 30 a minute. */
const FLOOD = 40;

/** @param freshKey a valid key that this server has never seen */
export async function checkExhaustion(
  server: ServerUnderTest,
  report: Report,
  freshKey: string,
): Promise<void> {
  const promise = 'calls no good key invalid while the marketplace is busy';
  await Promise.all(
    Array.from({ length: FLOOD }, () =>
      server.activate(crypto.randomUUID(), crypto.randomUUID(), {}, { impatient: true }),
    ),
  );
  const answer = await server.activate(freshKey, crypto.randomUUID(), {}, { impatient: true });
  const canWait = answer.status === 429 || answer.status === 503;
  report.judge('contract', promise, isActivated(answer) || canWait ? undefined : inWords(answer));
}
