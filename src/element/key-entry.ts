// What the buyer does with the key form: pastes, types, submits; and how a key is tried on that may only be too new.
// Where the key goes, and what is shown, is the gate's affair.

import type { Outcome } from '../client/index.ts';
import { isRetryable, normalizeKey, type ProblemCode } from '../protocol/index.ts';
import type { Hint } from './message.ts';
import { Retry } from './retry.ts';

export class KeyEntry {
  /** What stands in the key field at first. */
  key = '';
  hint: Hint | undefined;
  readonly #send: (key: string) => Promise<Outcome>;
  readonly #changed: () => void;
  readonly #retry = new Retry();
  /** An unknown key is tried on: it was bought a minute ago. */
  #isPatient = false;

  constructor(send: (key: string) => Promise<Outcome>, changed: () => void) {
    this.#send = send;
    this.#changed = changed;
  }

  get isTrying(): boolean {
    return this.#retry.isOn;
  }

  /** Begins anew, with what a link has brought along or with nothing. */
  begin(text = ''): void {
    this.stop();
    this.key = normalizeKey(text) ?? text;
    this.#say(undefined);
  }

  /** Finds the key in what was pasted, and says at once where there is none. */
  read(field: HTMLInputElement, inputType: string): void {
    this.stop();
    const key = normalizeKey(field.value);
    const isPasted = /Paste|Drop/.test(inputType);
    if (key) {
      if (field.value !== key) field.value = key;
      this.#say('found');
    } else this.#say(isPasted && field.value ? 'not-a-key' : 'typing');
  }

  /** Sends nothing that cannot be a key. */
  async submit(field: HTMLInputElement): Promise<void> {
    this.stop();
    const key = normalizeKey(field.value);
    if (!key) return this.#say(field.value.trim() ? 'not-a-key' : 'empty');
    this.begin((field.value = key));
    await this.try();
  }

  /** Sends the key and, where that can help, goes on trying. */
  async try(): Promise<void> {
    const outcome = await this.#send(this.key);
    if (!outcome.ok && canHelp(outcome.code, this.#isPatient)) this.#plan(outcome.retryAfter);
    else this.stop();
  }

  keepTrying(): void {
    this.#isPatient = true;
    this.#plan();
  }

  stop(): void {
    this.#isPatient = false;
    this.#retry.stop();
    this.#changed();
  }

  #plan(retryAfter?: number): void {
    this.#retry.plan(() => void this.try(), retryAfter);
    this.#changed();
  }

  #say(hint: Hint | undefined): void {
    this.hint = hint;
    this.#changed();
  }
}

/** A wrong key stays wrong, unless it was bought a minute ago; a license that moved too often rests until tomorrow. */
const canHelp = (code: ProblemCode, isPatient: boolean): boolean =>
  code === 'license_invalid' ? isPatient : isRetryable(code) && code !== 'release_limit_reached';
