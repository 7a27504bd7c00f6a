// The copy in localStorage of what is kept: a page reads it without waiting. It may be missing, forbidden, full or out
// of date; what follows from that is storage.ts's affair.

const PREFIX = 'license-gate:';

/** `undefined` where there is no localStorage, or nothing of ours in it. */
export function readMirror(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? '') ?? undefined;
  } catch {
    return undefined;
  }
}

/** @returns false where it could not be written */
export function writeMirror(name: string, value: unknown): boolean {
  try {
    const text = JSON.stringify(value ?? null);
    if (localStorage.getItem(PREFIX + name) !== text) localStorage.setItem(PREFIX + name, text);
    return true;
  } catch {
    // Full or forbidden. What stands there is out of date, and removing it needs no room.
    void (async () => localStorage.removeItem(PREFIX + name))().catch(() => {});
    return false;
  }
}
