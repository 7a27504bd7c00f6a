// Waiting as a fault does it: for a time, or for as long as somebody waits for the answer.

/** Waits until the caller has given up, or until the time is over. */
export function until(signal: AbortSignal, ms?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
}
