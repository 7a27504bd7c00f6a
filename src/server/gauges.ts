// What can be read off the server at any moment: how many licenses and seats there are, and how it stands with the
// marketplace. What has happened so far is counted where it happens.

import type { Breaker } from './breaker.ts';
import type { Budget } from './budget.ts';
import { createHeldResult } from './held-result.ts';
import type { Metrics } from './metrics.ts';
import type { LicenseCount, LicenseStore } from './store.ts';
import type { Verification } from './verification.ts';

/** Counting looks at every license; SQLite does it in small steps, so that nobody waits for it. */
const COUNT_HOLDS_MS = 60_000;

export interface GaugeOptions {
  readonly store: Pick<LicenseStore, 'countLicenses'>;
  readonly budget: Pick<Budget, 'left' | 'waiting'>;
  readonly verification: Pick<Verification, 'waiting'>;
  readonly breaker: Pick<Breaker, 'isOpen'>;
  readonly now: () => number;
}

export function addGauges(metrics: Metrics, options: GaugeOptions): void {
  const { store, budget, verification, breaker, now } = options;
  metrics.gauge(
    'license_gate_marketplace_budget_left',
    'Requests to the marketplace that are left now.',
    budget.left,
  );
  metrics.gauge(
    'license_gate_marketplace_waiting',
    'Requests that wait in this process for their turn to ask the marketplace.',
    budget.waiting,
  );
  metrics.gauge(
    'license_gate_rechecks_waiting',
    'Licenses that wait in this process for being asked about again behind their answers.',
    verification.waiting,
  );
  metrics.gauge(
    'license_gate_revocation_breaker_open',
    '1 while so many licenses are called invalid at once that none is revoked.',
    () => Number(breaker.isOpen()),
  );

  const { countLicenses } = store;
  if (!countLicenses) return;
  const count = createHeldResult(COUNT_HOLDS_MS, now, countLicenses);
  const each = (read: (of: LicenseCount) => number) => async () =>
    (await count()).map((of) => ({
      labels: { product: of.product, standing: of.standing },
      value: read(of),
    }));
  metrics.gauge(
    'license_gate_licenses',
    'Licenses that were ever activated, by product and standing; counted once a minute at most.',
    each(({ licenses }) => licenses),
  );
  metrics.gauge(
    'license_gate_seats_taken',
    'Seats that devices hold, by product and standing of their licenses; counted once a minute at most.',
    each(({ seats }) => seats),
  );
}
