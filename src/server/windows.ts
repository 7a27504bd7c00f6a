// Counts in windows of time, one for each client, in a table whose size is fixed from the start: a flood of clients
// makes no garbage and takes no memory, it only displaces the windows that began first. Where a client is found by
// is a hash of its name, different in every process, so that nobody can aim at another client's place.

/** Clients are looked for in one of so many sets, and there in so many places. Together 131,072 windows, 2.6 MB. */
const SETS = 16_384;
const PLACES = 8;

export interface Windows {
  /** Counts one more, in a new window where the client has none that lasts. */
  count(client: string, now: number): { readonly count: number; readonly from: number };
}

export function createWindows(windowMs: number): Windows {
  const ids = new Float64Array(SETS * PLACES);
  const from = new Float64Array(SETS * PLACES);
  const counts = new Uint32Array(SETS * PLACES);
  const seed = Math.floor(Math.random() * 2 ** 32);

  /** Where the client is, or the place in its set that was taken first; free ones count as taken in 1970. */
  function placeOf(id: number): number {
    const first = (id % SETS) * PLACES;
    let oldest = first;
    for (let place = first; place < first + PLACES; place += 1) {
      if (ids[place] === id) return place;
      if ((from[place] ?? 0) < (from[oldest] ?? 0)) oldest = place;
    }
    return oldest;
  }

  return {
    count(client, now) {
      const id = hashOf(client, seed);
      const place = placeOf(id);
      const age = now - (from[place] ?? 0);
      if (ids[place] !== id || age >= windowMs || age < 0) {
        ids[place] = id;
        from[place] = now;
        counts[place] = 0;
      }
      counts[place] = (counts[place] ?? 0) + 1;
      return { count: counts[place] ?? 0, from: from[place] ?? now };
    },
  };
}

/** 53 bits, by the public-domain function cyrb53. */
function hashOf(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 2 ** 32 * (low & 0x1fffff) + (high >>> 0);
}
