// Tries again by itself, at a calm pace and at once when the network is back, until it is stopped or has tried
// often enough. What is tried, and whether it is to go on, is its owner's affair.

/** A fresh purchase is known to the marketplace after some minutes. */
const PAUSE_MS = 60_000;
const MOST_TRIES = 30;

export class Retry {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #plan: AbortController | undefined;
  #tries = 0;

  /** A further try is planned. */
  get isOn(): boolean {
    return this.#plan !== undefined;
  }

  /** @param retryAfter seconds that the server has asked for; the network's return does not shorten them */
  plan(attempt: () => void, retryAfter = 0): void {
    const tries = this.#tries + 1;
    this.stop();
    if (tries > MOST_TRIES) return;
    this.#tries = tries;
    this.#plan = new AbortController();
    this.#timer = setTimeout(attempt, Math.max(retryAfter * 1000, PAUSE_MS));
    if (!retryAfter) addEventListener('online', attempt, { signal: this.#plan.signal, once: true });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#plan?.abort();
    this.#plan = undefined;
    this.#tries = 0;
  }
}
