// Makes a real browser fail in one place, until the test is over.

const undo: (() => void)[] = [];

/** Replaces a property of an object. */
export function replace<T extends object>(target: T, name: keyof T & string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, writable: true, value });
  undo.unshift(() => {
    if (before) Object.defineProperty(target, name, before);
    else delete target[name];
  });
}

export function restoreAll(): void {
  for (const back of undo.splice(0)) back();
}

export const forbidden = (): never => {
  throw new DOMException('forbidden', 'SecurityError');
};

/** A function that is called by its name alone is called on the window. */
type MaybeTarget = EventTarget | undefined;

/** Counts what the page has that can keep things alive: listeners on it, timers, channels; until the test is over. */
export function countLive() {
  const made = { listeners: 0, channels: 0 };
  const live = { listeners: new Set<unknown>(), timers: new Set<number>(), channels: new Set<object>() };

  const { addEventListener, removeEventListener } = EventTarget.prototype;
  replace(
    EventTarget.prototype,
    'addEventListener',
    function count(this: MaybeTarget, ...[type, listener, options]: Parameters<typeof addEventListener>) {
      const target = this ?? window;
      if (target === window || target === document) {
        made.listeners += 1;
        live.listeners.add(listener);
        (options as AddEventListenerOptions | undefined)?.signal?.addEventListener('abort', () =>
          live.listeners.delete(listener),
        );
      }
      return addEventListener.call(target, type, listener, options);
    },
  );
  replace(
    EventTarget.prototype,
    'removeEventListener',
    function count(this: MaybeTarget, ...[type, listener, options]: Parameters<typeof removeEventListener>) {
      live.listeners.delete(listener);
      return removeEventListener.call(this ?? window, type, listener, options);
    },
  );

  const { setTimeout, clearTimeout, BroadcastChannel } = window;
  replace(window, 'setTimeout', (work: () => void, ms?: number) => {
    const timer = setTimeout(() => {
      live.timers.delete(timer);
      work();
    }, ms);
    live.timers.add(timer);
    return timer;
  });
  replace(window, 'clearTimeout', (timer: number) => {
    live.timers.delete(timer);
    clearTimeout(timer);
  });
  replace(
    window,
    'BroadcastChannel',
    class extends BroadcastChannel {
      constructor(name: string) {
        super(name);
        made.channels += 1;
        live.channels.add(this);
      }
      override close() {
        live.channels.delete(this);
        super.close();
      }
    },
  );

  return {
    made: () => made,
    left: () => ({
      listeners: live.listeners.size,
      timers: live.timers.size,
      channels: live.channels.size,
    }),
  };
}
