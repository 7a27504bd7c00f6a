// A clock for simulations: time passes only when it is told to, and timers go off on the way.

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export interface VirtualTime {
  now(): number;
  /** Lets time pass until then, timer by timer, each with all that follows from it. */
  advanceTo(time: number): Promise<void>;
}

/** Takes the place of `setTimeout` for the rest of this process. */
export function startVirtualTime(): VirtualTime {
  const timers = new Set<Timer>();
  let time = 0;

  const set = (run: () => void, ms = 0): Timer => {
    const timer = { at: time + ms, run };
    timers.add(timer);
    return timer;
  };
  const clear = (timer: Timer): void => void timers.delete(timer);
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });

  function nextBefore(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) if (timer.at <= end && timer.at < (next?.at ?? Infinity)) next = timer;
    return next;
  }

  return {
    now: () => time,
    async advanceTo(end) {
      for (let timer = nextBefore(end); timer; timer = nextBefore(end)) {
        timers.delete(timer);
        time = Math.max(time, timer.at);
        timer.run();
        await settled();
      }
      time = Math.max(time, end);
    },
  };
}

/**
 * Lets everything that needs no time come to its end: Node takes the next tick when no promise has anything left to do.
 * A turn of the event loop would do the same, and a simulation would spend most of its time on turning it.
 */
export const settled = (): Promise<void> => new Promise((resolve) => void process.nextTick(resolve));
