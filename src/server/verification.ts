// Finds out where a license stands: from what is known where that is enough, else from the marketplace, asked once
// for all who want to know the same at the same time, in all processes. The rules are in verdicts.ts.

import type { Breaker } from './breaker.ts';
import type { Lane } from './budget-ledger.ts';
import type { Budget } from './budget.ts';
import type { VerdictTimes } from './settings.ts';
import { createInquiries } from './inquiries.ts';
import { keyReference, type Log } from './log.ts';
import { createMarketplace } from './marketplace.ts';
import type { Metrics } from './metrics.ts';
import { createRechecks } from './rechecks.ts';
import { withDraft, type License, type LicenseStore } from './store.ts';
import { applyVerdict, laneFor, planFor, standingAfter, type Standing } from './verdicts.ts';
import type { Subject, Verdict, Verifier } from './verifier.ts';

/** How often to look whether another process has heard from the marketplace. */
const LOOK_AGAIN_MS = 100;
/** As long as for a turn of the budget: a client waits little longer, and the other process may have died. */
const LONGEST_WAIT_MS = 8_000;
/** What the marketplace's budget works off in 14 hours: the night after a day's contacts. */
const MOST_RECHECKS = 20_000;

/** Says how long to wait where this client may not ask about one more unknown key now. */
export type Admit = () => number | undefined | Promise<number | undefined>;

export type Checked = Standing | { readonly kind: 'limited'; readonly retryAfterMs: number };

export interface Verification {
  /** Where the license stands, asking the marketplace where the rules want it. */
  check(subject: Subject, admit: Admit): Promise<Checked>;
  /** Asks again behind an answer where the verdict is no longer fresh; nobody waits for it. */
  refresh(subject: Subject, license: License): void;
  /** How many licenses wait for being asked about again. */
  waiting(): number;
  /** Lets nobody wait for a turn any longer, neither before nor behind an answer. */
  stopWaiting(): void;
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
  const { store, budget, breaker, times, now, log, metrics } = options;
  const marketplace = createMarketplace(options);
  const inquiries = createInquiries(store, now);
  const flights = new Map<string, Promise<Checked>>();
  let isStopping = false;
  const rechecks = createRechecks<Subject>({
    budget,
    ask: async (subject) => flights.has(idOf(subject)) || fly(subject, 'spare', () => undefined),
    most: MOST_RECHECKS,
    log,
  });

  const check: Verification['check'] = async (subject, admit) => {
    const license = await store.findLicense(subject.product.name, subject.keyHash);
    const settled = settle(license);
    if (settled) return settled;
    const lane = laneFor(license, now(), times);
    const isBehind = planFor(license, now(), times) === 'use_and_ask' || budget.waitFor(lane) > 0;
    if (license && lane === 'spare' && isBehind) {
      askBehind(subject, license);
      return { kind: 'licensed', license };
    }
    try {
      return await askTogether(subject, lane, admit);
    } catch (cause) {
      // A database that can be read and not written lets nobody ask, which is no statement about a license.
      if (!license) throw cause;
      log('error', 'cannot_ask', { key: keyReference(subject.keyHash), cause: String(cause) });
      return standingAfter(license, { kind: 'unknown', why: 'unreachable' }, now(), times);
    }
  };

  async function askTogether(subject: Subject, lane: Lane, admit: Admit): Promise<Checked> {
    for (;;) {
      const flying = flights.get(idOf(subject));
      if (!flying) return fly(subject, lane, admit);
      const checked = await flying;
      // A limit is about whoever asked first; whoever joined asks for themselves.
      if (checked.kind !== 'limited') return checked;
    }
  }

  /** Where a license stands without asking anybody; `undefined` where the marketplace has to be asked. */
  function settle(license: License | undefined): Standing | undefined {
    const plan = planFor(license, now(), times);
    if (plan === 'refuse') return { kind: 'refused', code: 'license_revoked' };
    return license && plan === 'use' ? { kind: 'licensed', license } : undefined;
  }

  function askBehind(subject: Subject, { verifiedAt }: License): void {
    if (!flights.has(idOf(subject))) rechecks.add(idOf(subject), verifiedAt, subject);
  }

  function fly(subject: Subject, lane: Lane, admit: Admit): Promise<Checked> {
    rechecks.drop(idOf(subject));
    const flight = askInTurn(subject, lane, admit).finally(() => flights.delete(idOf(subject)));
    flights.set(idOf(subject), flight);
    return flight;
  }

  /** Asks, unless another process is asking: then that one's answer will do. */
  async function askInTurn(subject: Subject, lane: Lane, admit: Admit): Promise<Checked> {
    const id = idOf(subject);
    const until = now() + LONGEST_WAIT_MS;
    let isAdmitted = false;
    for (;;) {
      const known = await store.findLicense(subject.product.name, subject.keyHash);
      const settled = settle(known);
      if (settled) return settled;
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
      if (isStopping || now() >= until)
        return standingAfter(known, { kind: 'unknown', why: 'busy' }, now(), times);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Asks the marketplace, writes what it says, and gives the turn back. */
  async function ask(subject: Subject, lane: Lane): Promise<Standing> {
    let found: 'denied' | 'valid' | 'nothing' = 'nothing';
    try {
      // Whoever had the turn before may have heard from the marketplace since this request looked.
      const known = await store.findLicense(subject.product.name, subject.keyHash);
      const settled = settle(known);
      if (settled) return settled;
      const verdict = await marketplace.ask(subject, lane);
      const time = now();
      const license = verdict.kind === 'unknown' ? known : await apply(verdict, subject, time, known);
      const isLicensed = license && license.revokedAt === undefined;
      if (verdict.kind === 'valid') found = 'valid';
      if (verdict.kind === 'invalid' && !isLicensed) found = 'denied';
      const standing = standingAfter(license, verdict, time, times);
      const isPutOff = verdict.kind === 'unknown' && verdict.why === 'busy';
      if (isPutOff && standing.kind === 'licensed')
        rechecks.add(idOf(subject), standing.license.verifiedAt, subject);
      return standing;
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

  function stopWaiting(): void {
    isStopping = true;
    rechecks.stop();
    budget.stopWaiting();
  }

  return {
    check,
    refresh(subject, license) {
      if (!settle(license) && license.revokedAt === undefined) askBehind(subject, license);
    },
    waiting: rechecks.waiting,
    stopWaiting,
    async close() {
      stopWaiting();
      await Promise.allSettled(flights.values());
    },
  };
}

const idOf = ({ product, keyHash }: Subject): string => `${product.name} ${keyHash}`;
