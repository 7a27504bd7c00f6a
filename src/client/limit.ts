// Every wait has an end.

/** What becomes of the work, or a `TimeoutError` where that takes longer. */
export const within = <T>(limitMs: number, work: Promise<T>): Promise<T> =>
  Promise.race([work, endOf(AbortSignal.timeout(limitMs))]);

/** Rejects with the signal's reason when it aborts: to race against what knows nothing of signals. */
export const endOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
