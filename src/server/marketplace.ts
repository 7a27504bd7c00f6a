// Asks the marketplace when there is a turn for it, counts what it says, and gives it the rest that it asks for or
// needs. What follows from a verdict is decided elsewhere.

import type { Lane } from './budget-ledger.ts';
import type { Budget } from './budget.ts';
import { keyReference, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Subject, Verdict, Verifier } from './verifier.ts';

/** After so many failures in a row the marketplace gets a rest. */
const FAILURES_IN_A_ROW = 5;
const REST_MS = 30_000;

export interface Marketplace {
  /** What it says; without a turn, that it is busy. */
  ask(subject: Subject, lane: Lane): Promise<Verdict>;
}

export interface MarketplaceParts {
  readonly verifier: Verifier;
  readonly budget: Budget;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function createMarketplace({ verifier, budget, log, metrics }: MarketplaceParts): Marketplace {
  let failures = 0;

  async function note(verdict: Verdict, { product, keyHash }: Subject): Promise<void> {
    const result = verdict.kind === 'unknown' ? verdict.why : verdict.kind;
    metrics.count('license_gate_marketplace_verdicts_total', { product: product.name, verdict: result });
    const level = verdict.kind === 'unknown' ? 'warn' : 'info';
    log(level, 'marketplace_verdict', { product: product.name, key: keyReference(keyHash), verdict: result });
    failures = result === 'unreachable' || result === 'garbled' ? failures + 1 : 0;
    if (result === 'busy' && verdict.kind === 'unknown') await budget.pause(verdict.retryAfterMs ?? REST_MS);
    if (failures >= FAILURES_IN_A_ROW) await budget.pause(REST_MS);
  }

  return {
    async ask(subject, lane) {
      const grant = await budget.take(lane);
      if (!grant.granted) return { kind: 'unknown', why: 'busy', retryAfterMs: grant.retryAfterMs };
      const verdict = await verifier.verify(subject.product, subject.key);
      await note(verdict, subject);
      return verdict;
    },
  };
}
