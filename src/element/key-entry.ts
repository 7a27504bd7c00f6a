// What the buyer does with the key form: pastes, types, submits; and how a key is tried on that may only be too new.
// Where the key goes, and what is shown, is the gate's affair.

import type { Outcome } from '../client/index.ts';
import { isRetryable, normalizeKey, type ProblemCode } from '../protocol/index.ts';
import type { Hint } from './message.ts';
import { createRetry } from './retry.ts';

export interface KeyEntry {
  /** What stands in the key field at first. */
  readonly key: string;
  readonly hint: Hint | undefined;
  /** A further try is planned. */
  readonly isTrying: boolean;
  /** Begins anew, with what a link has brought along or with nothing. */
  begin(text?: string): void;
  /** Finds the key in what was pasted, and says at once where there is none. */
  read(field: HTMLInputElement, inputType: string): void;
  /** Sends nothing that cannot be a key. */
  submit(field: HTMLInputElement): Promise<void>;
  /** Sends the key and, where that can help, goes on trying. */
  try(): Promise<void>;
  keepTrying(): void;
  stop(): void;
}

export function createKeyEntry(send: (key: string) => Promise<Outcome>, onChange: () => void): KeyEntry {
  const retry = createRetry();
  let key = '';
  let hint: Hint | undefined;
  /** An unknown key is tried on: it was bought a minute ago. */
  let isPatient = false;

  function say(next: Hint | undefined): void {
    hint = next;
    onChange();
  }

  function stop(): void {
    isPatient = false;
    retry.stop();
    onChange();
  }

  function begin(text = ''): void {
    stop();
    key = normalizeKey(text) ?? text;
    say(undefined);
  }

  async function tryKey(): Promise<void> {
    const outcome = await send(key);
    if (!outcome.ok && canHelp(outcome.code, isPatient)) plan(outcome.retryAfter);
    else stop();
  }

  function plan(retryAfter?: number): void {
    retry.plan(() => void tryKey(), retryAfter);
    onChange();
  }

  return {
    get key() {
      return key;
    },
    get hint() {
      return hint;
    },
    get isTrying() {
      return retry.isOn();
    },
    begin,
    read(field, inputType) {
      stop();
      const found = normalizeKey(field.value);
      if (found) {
        if (field.value !== found) field.value = found;
        say('found');
      } else say(/Paste|Drop/.test(inputType) && field.value ? 'not-a-key' : 'typing');
    },
    async submit(field) {
      const found = normalizeKey(field.value);
      stop();
      if (!found) return say(field.value.trim() ? 'not-a-key' : 'empty');
      begin((field.value = found));
      await tryKey();
    },
    try: tryKey,
    keepTrying() {
      isPatient = true;
      plan();
    },
    stop,
  };
}

/** A wrong key stays wrong, unless it was bought a minute ago; a license that moved too often rests until tomorrow. */
const canHelp = (code: ProblemCode, isPatient: boolean): boolean =>
  code === 'license_invalid' ? isPatient : isRetryable(code) && code !== 'release_limit_reached';
