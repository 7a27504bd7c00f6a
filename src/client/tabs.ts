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
    async alone(work) {
      const release = await takeTurn(name);
      try {
        return await work();
      } finally {
        release();
      }
    },
    announce: () => channel?.postMessage('stored'),
    close: () => channel?.close(),
  };
}

/** Where Web Locks are missing or refused (plain http, sandboxed frames) nobody waits. */
function takeTurn(name: string): Promise<() => void> {
  return new Promise((resolve) => {
    const patience = AbortSignal.timeout(LOCK_WAIT_MS);
    const turn = async () => {
      await globalThis.navigator.locks.request(
        name,
        { signal: patience },
        () => new Promise<void>((release) => resolve(release)),
      );
    };
    turn().catch(() => resolve(() => {}));
  });
}
