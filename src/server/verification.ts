// Finds out where a license stands: from what is known where that is enough, else from the marketplace, asked once
// for all who want to know the same at the same time. The rules are in verdicts.ts.

import type { Budget, Lane } from './budget.ts';
import type { Product, VerdictTimes } from './settings.ts';
import { createDenials } from './denials.ts';
import { keyReference, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { withDraft, type License, type LicenseStore } from './store.ts';
import { applyVerdict, planFor, standingAfter, type Standing } from './verdicts.ts';
import type { Verdict, Verifier } from './verifier.ts';

/** After so many failures in a row the marketplace gets a rest. */
const FAILURES_IN_A_ROW = 5;
const REST_MS = 30_000;

export interface Subject {
  readonly product: Product;
  /** in its normal form */
  readonly key: string;
  readonly keyHash: string;
}

/** Says how long to wait where this client may not ask about one more unknown key now. */
export type Admit = () => number | undefined | Promise<number | undefined>;

export type Checked = Standing | { readonly kind: 'limited'; readonly retryAfterMs: number };

export interface Verification {
  /** Where the license stands, asking the marketplace where the rules want it. */
  check(subject: Subject, admit: Admit): Promise<Checked>;
  /** Asks again behind an answer where the verdict is no longer fresh; never waits. */
  refresh(subject: Subject, license: License): void;
  /** Lets what is under way come to its end. */
  close(): Promise<void>;
}

export interface VerificationOptions {
  readonly store: LicenseStore;
  readonly verifier: Verifier;
  readonly budget: Budget;
  readonly times: VerdictTimes;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function createVerification(options: VerificationOptions): Verification {
  const { store, verifier, budget, times, now, log, metrics } = options;
  const denials = createDenials(now);
  const flights = new Map<string, Promise<Standing>>();
  let failures = 0;

  const check: Verification['check'] = async (subject, admit) => {
    const license = await store.findLicense(subject.product.name, subject.keyHash);
    const plan = planFor(license, now(), times);
    if (plan === 'refuse') return { kind: 'refused', code: 'license_revoked' };
    if (license && plan !== 'ask') {
      if (plan === 'use_and_ask') askBehind(subject);
      return { kind: 'licensed', license };
    }
    const flying = flights.get(idOf(subject));
    if (flying) return flying;
    if (denials.has(idOf(subject))) return standingAfter(license, { kind: 'invalid' }, now(), times);
    const wait = license ? undefined : admit();
    const retryAfterMs = wait instanceof Promise ? await wait : wait;
    if (retryAfterMs !== undefined) return { kind: 'limited', retryAfterMs };
    // Another request may have begun to ask while this one waited to be admitted.
    return flights.get(idOf(subject)) ?? fly(subject, license ? 'known' : 'unknown');
  };

  function askBehind(subject: Subject): void {
    if (flights.has(idOf(subject))) return;
    fly(subject, 'spare').catch((cause: unknown) =>
      log('error', 'refresh_failed', { key: keyReference(subject.keyHash), cause: String(cause) }),
    );
  }

  function fly(subject: Subject, lane: Lane): Promise<Standing> {
    const flight = ask(subject, lane).finally(() => flights.delete(idOf(subject)));
    flights.set(idOf(subject), flight);
    return flight;
  }

  async function ask(subject: Subject, lane: Lane): Promise<Standing> {
    const { product, key, keyHash } = subject;
    // Somebody else may have asked since this request looked.
    const known = await store.findLicense(product.name, keyHash);
    if (known && planFor(known, now(), times) === 'use') return { kind: 'licensed', license: known };

    const grant = await budget.take(lane);
    if (!grant.granted) return standingAfter(known, { kind: 'unknown', why: 'busy', ...grant }, now(), times);
    const verdict = await verifier.verify(product, key);
    const time = now();
    note(verdict, subject);
    const license = verdict.kind === 'unknown' ? known : await apply(verdict, subject, time);
    const isLicensed = license && license.revokedAt === undefined;
    if (verdict.kind === 'invalid' && !isLicensed) denials.add(idOf(subject));
    if (verdict.kind === 'valid') denials.delete(idOf(subject));
    if (license?.revokedAt === time) {
      metrics.count('license_gate_revocations_total', { product: product.name });
      log('warn', 'license_revoked', { product: product.name, key: keyReference(keyHash) });
    }
    return standingAfter(license, verdict, time, times);
  }

  function apply(
    verdict: Verdict,
    { product, keyHash }: Subject,
    time: number,
  ): Promise<License | undefined> {
    const subject = { product: product.name, keyHash, newId: crypto.randomUUID() };
    return store.changeLicense(product.name, keyHash, (current) => {
      const save = applyVerdict(current, verdict, subject, time, times);
      return save ? { save, outcome: withDraft(current, save) } : { outcome: current };
    });
  }

  /** Counts and logs a verdict, and gives the marketplace the rest that it asks for or needs. */
  function note(verdict: Verdict, { product, keyHash }: Subject): void {
    const result = verdict.kind === 'unknown' ? verdict.why : verdict.kind;
    metrics.count('license_gate_marketplace_verdicts_total', { product: product.name, verdict: result });
    const level = verdict.kind === 'unknown' ? 'warn' : 'info';
    log(level, 'marketplace_verdict', { product: product.name, key: keyReference(keyHash), verdict: result });
    failures = result === 'unreachable' || result === 'garbled' ? failures + 1 : 0;
    if (result === 'busy' && verdict.kind === 'unknown') budget.pause(verdict.retryAfterMs ?? REST_MS);
    if (failures >= FAILURES_IN_A_ROW) budget.pause(REST_MS);
  }

  return {
    check,
    refresh(subject, license) {
      const plan = planFor(license, now(), times);
      if (plan === 'use_and_ask' || (plan === 'ask' && license.revokedAt === undefined)) askBehind(subject);
    },
    async close() {
      budget.stopWaiting();
      await Promise.allSettled(flights.values());
    },
  };
}

const idOf = ({ product, keyHash }: Subject): string => `${product.name} ${keyHash}`;
