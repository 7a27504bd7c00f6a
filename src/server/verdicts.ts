// The rules about verdicts, without doing anything: when to ask the marketplace again, and what its answer
// changes. Only a statement about the key refuses, and only a second one revokes.

import type { Lane } from './budget-ledger.ts';
import type { VerdictTimes } from './settings.ts';
import type { License, LicenseDraft } from './store.ts';
import type { Verdict } from './verifier.ts';

/** What to do before answering: use what is known, use it and ask behind the answer, ask first, or refuse at once. */
export type Plan = 'use' | 'use_and_ask' | 'ask' | 'refuse';

export function planFor(license: License | undefined, now: number, times: VerdictTimes): Plan {
  if (!license) return 'ask';
  if (license.bannedAt !== undefined) return 'refuse';
  if (license.revokedAt !== undefined) return 'ask'; // a valid verdict restores everything
  if (license.invalidSince !== undefined) return now - license.invalidSince < times.confirmMs ? 'use' : 'ask';
  const age = now - license.verifiedAt;
  if (age < times.freshMs) return 'use';
  return age < times.staleMs ? 'use_and_ask' : 'ask';
}

/** Until when {@link planFor} goes on to say `use` about a license that nobody changes; 0 where it does not say so. */
export function settledUntil(license: License, { freshMs }: VerdictTimes): number {
  const isMarked = [license.bannedAt, license.revokedAt, license.invalidSince].some((at) => at !== undefined);
  return isMarked ? 0 : license.verifiedAt + freshMs;
}

/** Who has to be asked about before they are answered goes before who can be served without. */
export function laneFor(license: License | undefined, now: number, times: VerdictTimes): Lane {
  if (!license || license.revokedAt !== undefined) return 'unknown';
  return isKept(license, now, times) ? 'spare' : 'known';
}

/** Whether a verdict is young enough to be used where nobody can say more. */
const isKept = ({ verifiedAt }: License, now: number, { staleMs, keepMs }: VerdictTimes): boolean =>
  now - verifiedAt < staleMs + keepMs;

export interface VerdictContext {
  readonly subject: { readonly product: string; readonly keyHash: string; readonly newId: string };
  readonly now: number;
  readonly times: VerdictTimes;
  /** Whether so many licenses were called invalid that none is believed, see breaker.ts. */
  readonly isMassFlip: boolean;
}

/** What a verdict writes: the license as it then is, or `undefined` where it changes nothing. */
export function applyVerdict(
  license: License | undefined,
  verdict: Verdict,
  { subject, now, times: { confirmMs }, isMassFlip }: VerdictContext,
): LicenseDraft | undefined {
  switch (verdict.kind) {
    case 'valid':
      return {
        id: license?.id ?? subject.newId,
        product: subject.product,
        keyHash: subject.keyHash,
        licenseName: verdict.licenseName,
        productName: verdict.productName,
        variant: verdict.variant,
        verifiedAt: now,
        invalidSince: undefined,
        revokedAt: undefined,
        bannedAt: license?.bannedAt,
      };
    case 'invalid': {
      if (!license || license.revokedAt !== undefined) return undefined;
      // The doubt begins anew: what is confirmed later is confirmed by two answers that could be believed.
      const invalidSince = isMassFlip ? now : (license.invalidSince ?? now);
      if (isMassFlip) return { ...license, invalidSince };
      return now - invalidSince >= confirmMs
        ? { ...license, invalidSince, revokedAt: now }
        : { ...license, invalidSince };
    }
    case 'unknown':
      return undefined;
  }
}

export type Standing =
  | { readonly kind: 'licensed'; readonly license: License }
  | { readonly kind: 'refused'; readonly code: 'license_invalid' | 'license_revoked' }
  | {
      readonly kind: 'unavailable';
      readonly code: 'upstream_unavailable' | 'server_misconfigured';
      readonly retryAfterMs: number;
    };

/** Where nobody said how long to wait. */
const RETRY_AFTER_MS = 30_000;

/** Where a license stands after asking; `license` is what the verdict made of it. */
export function standingAfter(
  license: License | undefined,
  verdict: Verdict,
  now: number,
  times: VerdictTimes,
): Standing {
  if (license?.bannedAt !== undefined || license?.revokedAt !== undefined)
    return { kind: 'refused', code: 'license_revoked' };
  if (verdict.kind === 'unknown') {
    if (license && isKept(license, now, times)) return { kind: 'licensed', license };
    return {
      kind: 'unavailable',
      code: verdict.why === 'refused' ? 'server_misconfigured' : 'upstream_unavailable',
      retryAfterMs: verdict.retryAfterMs ?? RETRY_AFTER_MS,
    };
  }
  return license ? { kind: 'licensed', license } : { kind: 'refused', code: 'license_invalid' };
}
