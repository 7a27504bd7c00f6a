// What is said under the headline: the news, or else the sentence that introduces the screen.

import { isLocking, type ProblemCode } from '../protocol/index.ts';
import type { Strings } from './text.ts';
import type { View } from './view.ts';

/** What the gate says of itself about what stands in the field. */
export type Hint = 'typing' | 'empty' | 'found' | 'not-a-key';

export interface Message {
  /** What is wrong, if anything is. */
  readonly failure?: string;
  /** What the buyer can do, or what happens next. */
  readonly advice?: string;
  /** The key may only be too new: trying on can be offered. */
  readonly isMaybeTooNew?: boolean;
}

/** @param intro what is said where there is no news */
export function messageOf({ snapshot, reason, text, entry, isSlow }: View, intro: string): Message {
  const { activity } = snapshot;
  const { hint, isTrying } = entry;
  if (activity === 'activating' || activity === 'checking')
    return { advice: isSlow ? text.slow : text.checking };
  switch (hint) {
    case 'typing':
      return { advice: intro };
    case 'found':
      return { advice: text.found };
    case 'empty':
      return { failure: text.empty };
    case 'not-a-key':
      return { failure: text.invalid, advice: text.keyHint };
  }
  if (reason === 'license_invalid')
    return isTrying
      ? { advice: text.trying }
      : { failure: text.invalid, advice: text.invalidHint, isMaybeTooNew: true };
  // Trying again does not help in this browser.
  if (reason === 'proof_required') return { failure: text.forgetful };
  const failure = failureOf(reason, text);
  if (!failure) return { advice: intro };
  const cause = failure === text.offline ? `${text.offlineHint} ` : '';
  const next = isTrying ? text.again : reason === 'release_limit_reached' ? text.tomorrow : text.later;
  return { failure, advice: cause + next };
}

const FAILURES: { readonly [Code in ProblemCode]?: keyof Strings } = {
  license_invalid: 'invalid',
  network_error: 'offline',
  timeout: 'offline',
  rate_limited: 'tooOften',
  release_limit_reached: 'movedTooOften',
};

/** What an attempt failed on; empty where nothing did, or where the headline says it already. */
export function failureOf(reason: ProblemCode | undefined, text: Strings): string {
  if (reason === undefined) return '';
  const sentence = FAILURES[reason];
  return sentence ? text[sentence] : isLocking(reason) || reason === 'config_error' ? '' : text.unavailable;
}
