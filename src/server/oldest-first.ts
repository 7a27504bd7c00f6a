// A waiting list that holds so many and no more: the oldest has its turn first, and where it is full the youngest has
// to go. Nobody waits twice.

export interface OldestFirst<T> {
  /** @param since the earlier, the sooner is its turn */
  add(id: string, since: number, value: T): void;
  /** Takes the oldest out. */
  take(): T | undefined;
  drop(id: string): void;
  clear(): void;
  readonly size: number;
}

interface Entry<T> {
  readonly id: string;
  readonly since: number;
  readonly value: T;
}

export function createOldestFirst<T>(most: number): OldestFirst<T> {
  /** the youngest first, so that the oldest is taken from the end, where it costs nothing */
  const entries: Entry<T>[] = [];
  const known = new Map<string, Entry<T>>();

  /** Where an entry is, or would have to be. */
  function placeOf({ id, since }: Pick<Entry<T>, 'id' | 'since'>): number {
    let [from, to] = [0, entries.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const entry = entries[middle];
      if (entry && (entry.since > since || (entry.since === since && entry.id > id))) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  function drop(id: string): void {
    const entry = known.get(id);
    if (!entry) return;
    entries.splice(placeOf(entry), 1);
    known.delete(id);
  }

  return {
    add(id, since, value) {
      if (known.has(id)) return;
      const [youngest] = entries;
      if (entries.length >= most) {
        if (!youngest || youngest.since <= since) return;
        drop(youngest.id);
      }
      const entry = { id, since, value };
      entries.splice(placeOf(entry), 0, entry);
      known.set(id, entry);
    },
    take() {
      const oldest = entries.pop();
      if (oldest) known.delete(oldest.id);
      return oldest?.value;
    },
    drop,
    clear() {
      entries.length = 0;
      known.clear();
    },
    get size() {
      return entries.length;
    },
  };
}
