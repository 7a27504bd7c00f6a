// A map that holds so much and no more: what was not asked for longest goes first. In two halves, because a `Map`
// whose oldest entry is taken out again and again gets slower with each (V8 leaves holes and walks over them).

export interface BoundedMap<T> {
  get(id: string): T | undefined;
  set(id: string, value: T): void;
  delete(id: string): void;
  readonly size: number;
}

/** @param most entries; at least half as many of the last ones are always there */
export function createBoundedMap<T>(most: number): BoundedMap<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();

  function set(id: string, value: T): void {
    if (young.size >= most / 2 && !young.has(id)) {
      old = young;
      young = new Map();
    }
    young.set(id, value);
  }

  return {
    get(id) {
      const known = young.get(id);
      if (known !== undefined) return known;
      const rescued = old.get(id);
      if (rescued !== undefined) {
        old.delete(id);
        set(id, rescued);
      }
      return rescued;
    },
    set(id, value) {
      old.delete(id);
      set(id, value);
    },
    delete(id) {
      young.delete(id);
      old.delete(id);
    },
    get size() {
      return young.size + old.size;
    },
  };
}
