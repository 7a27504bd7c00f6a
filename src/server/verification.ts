// Finds out where a license stands: from what is known where that is enough, else from the marketplace, asked once
// for all who want to know the same at the same time, in all processes. The rules are in verdicts.ts.

import type { Breaker } from './breaker.ts';
import type { Lane } from './budget-ledger.ts';
import type { Budget } from './budget.ts';
import type { Product, VerdictTimes } from './settings.ts';
import { createInquiries } from './inquiries.ts';
import { keyReference, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { withDraft, type License, type LicenseStore } from './store.ts';
import { applyVerdict, planFor, standingAfter, type Standing } from './verdicts.ts';
import type { Verdict, Verifier } from './verifier.ts';

/** After so many failures in a row the marketplace gets a rest. */
const FAILURES_IN_A_ROW = 5;
const REST_MS = 30_000;
/** How often to look whether another process has heard from the marketplace. */
const LOOK_AGAIN_MS = 100;

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
  readonly breaker: Breaker;
  readonly times: VerdictTimes;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function createVerification(options: VerificationOptions): Verification {
  const { store, verifier, budget, breaker, times, now, log, metrics } = options;
  const inquiries = createInquiries(store, now);
  const flights = new Map<string, Promise<Checked>>();
  let failures = 0;

  const check: Verification['check'] = async (subject, admit) => {
    const license = await store.findLicense(subject.product.name, subject.keyHash);
    const plan = planFor(license, now(), times);
    if (plan === 'refuse') return { kind: 'refused', code: 'license_revoked' };
    if (license && plan !== 'ask') {
      if (plan === 'use_and_ask') askBehind(subject);
      return { kind: 'licensed', license };
    }
    for (;;) {
      const flying = flights.get(idOf(subject));
      if (!flying) return fly(subject, license ? 'known' : 'unknown', admit);
      const checked = await flying;
      // A limit is about whoever asked first; whoever joined asks for themselves.
      if (checked.kind !== 'limited') return checked;
    }
  };

  function askBehind(subject: Subject): void {
    if (flights.has(idOf(subject)) || budget.isSpent('spare')) return;
    fly(subject, 'spare', () => undefined).catch((cause: unknown) =>
      log('error', 'refresh_failed', { key: keyReference(subject.keyHash), cause: String(cause) }),
    );
  }

  function fly(subject: Subject, lane: Lane, admit: Admit): Promise<Checked> {
    const flight = askInTurn(subject, lane, admit).finally(() => flights.delete(idOf(subject)));
    flights.set(idOf(subject), flight);
    return flight;
  }

  /** Asks, unless another process is asking: then that one's answer will do. */
  async function askInTurn(subject: Subject, lane: Lane, admit: Admit): Promise<Checked> {
    const id = idOf(subject);
    let isAdmitted = false;
    for (;;) {
      const known = await store.findLicense(subject.product.name, subject.keyHash);
      if (known && planFor(known, now(), times) === 'use') return { kind: 'licensed', license: known };
      let inquiry = await inquiries.look(id);
      if (inquiry === 'free') {
        const retryAfterMs = known || isAdmitted ? undefined : await admit();
        if (retryAfterMs !== undefined) return { kind: 'limited', retryAfterMs };
        isAdmitted = true;
        inquiry = await inquiries.begin(id);
      }
      if (inquiry === 'free') return ask(subject, lane);
      if (inquiry === 'denied') return standingAfter(known, { kind: 'invalid' }, now(), times);
      if (known && lane === 'spare') return { kind: 'licensed', license: known };
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Asks the marketplace, writes what it says, and gives the turn back. */
  async function ask(subject: Subject, lane: Lane): Promise<Standing> {
    let found: 'denied' | 'valid' | 'nothing' = 'nothing';
    try {
      // Whoever had the turn before may have heard from the marketplace since this request looked.
      const known = await store.findLicense(subject.product.name, subject.keyHash);
      if (known && planFor(known, now(), times) === 'use') return { kind: 'licensed', license: known };
      const grant = await budget.take(lane);
      if (!grant.granted)
        return standingAfter(known, { kind: 'unknown', why: 'busy', ...grant }, now(), times);
      const verdict = await verifier.verify(subject.product, subject.key);
      const time = now();
      await note(verdict, subject);
      const license = verdict.kind === 'unknown' ? known : await apply(verdict, subject, time, known);
      const isLicensed = license && license.revokedAt === undefined;
      if (verdict.kind === 'valid') found = 'valid';
      if (verdict.kind === 'invalid' && !isLicensed) found = 'denied';
      return standingAfter(license, verdict, time, times);
    } finally {
      await inquiries.end(idOf(subject), found);
    }
  }

  async function apply(
    verdict: Exclude<Verdict, { kind: 'unknown' }>,
    { product, keyHash }: Subject,
    time: number,
    known: License | undefined,
  ): Promise<License | undefined> {
    const isMassFlip = await hearFlips(known, verdict.kind);
    const subject = { product: product.name, keyHash, newId: crypto.randomUUID() };
    const license = await store.changeLicense(product.name, keyHash, (current) => {
      const save = applyVerdict(current, verdict, { subject, now: time, times, isMassFlip });
      return save ? { save, outcome: withDraft(current, save) } : { outcome: current };
    });
    if (license?.revokedAt === time) {
      metrics.count('license_gate_revocations_total', { product: product.name });
      log('warn', 'license_revoked', { product: product.name, key: keyReference(keyHash) });
    }
    return license;
  }

  /** Only what is said about licenses that are licensed here can be a flip. */
  async function hearFlips(known: License | undefined, answer: 'valid' | 'invalid'): Promise<boolean> {
    if (!known || known.revokedAt !== undefined) return breaker.isOpen();
    const wasOpen = breaker.isOpen();
    const isOpen = await breaker.hear(known.id, answer);
    if (isOpen && !wasOpen) log('error', 'revocation_breaker_opened');
    if (wasOpen && !isOpen) log('warn', 'revocation_breaker_closed');
    return isOpen;
  }

  /** Counts and logs a verdict, and gives the marketplace the rest that it asks for or needs. */
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
