// Every wait has an end.

/** Rejects with the signal's reason when it aborts: to race against what knows nothing of signals. */
export const endOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
