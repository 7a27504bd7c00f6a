// Keeps a result for a while, a failure included, so that asking often costs no more than asking once.

/** @param ms how long a result holds */
export function createHeldResult<T>(ms: number, now: () => number, find: () => Promise<T>): () => Promise<T> {
  let held: { readonly at: number; readonly result: Promise<T> } | undefined;

  return () => {
    const at = now();
    if (!held || Math.abs(at - held.at) >= ms) held = { at, result: find() };
    return held.result;
  };
}
