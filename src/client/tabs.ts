// Keeps the tabs of one origin in step: one of them asks at a time, and each hears when another has stored.

const LOCK_WAIT_MS = 5000;

export interface Tabs {
  /** Hears the others from now on. */
  listen(): void;
  /** Runs `work` while no other tab runs its own. A tab that hangs holds the others up for five seconds at most. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Call it once what was stored is durable. */
  announce(): void;
  close(): void;
}

export function createTabs(name: string, onAnnounced: () => void): Tabs {
  let channel: BroadcastChannel | undefined;

  return {
    listen() {
      try {
        channel = new BroadcastChannel(name);
        channel.addEventListener('message', onAnnounced);
        // Keeps a Node process from living on for the channel's sake.
        (channel as { unref?: () => void }).unref?.();
      } catch {
        // Missing, or refused as Firefox does where sites may keep nothing: there is nothing to tell then.
      }
    },
    async alone<T>(work: () => Promise<T>) {
      let working: Promise<T> | undefined;
      const workOnce = () => (working ??= work());
      try {
        const signal = AbortSignal.timeout(LOCK_WAIT_MS);
        return await navigator.locks.request(name, { signal }, workOnce);
      } catch {
        // Where Web Locks are missing or refused (plain http, sandboxed frames) nobody waits, and not for long otherwise.
        return workOnce();
      }
    },
    announce: () => channel?.postMessage('stored'),
    close: () => channel?.close(),
  };
}
