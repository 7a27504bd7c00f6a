// Sums a profile of a server by what its time was spent on.
import type { Profiler } from 'node:inspector';

/** Of the hot path, in the order in which they are printed; the first that fits counts. */
const AREAS: readonly (readonly [area: string, fits: (url: string, name: string) => boolean])[] = [
  ['writing to the socket', (url, name) => !url && /^write(v|Buffer|\w+String)$/.test(name)],
  ['reading from it, outside JavaScript', (_url, name) => name === '(program)'],
  ['Node’s JavaScript: HTTP and streams', (url) => /^node:(_http|net$|internal\/stream)/.test(url)],
  ['hashing', (url) => /^node:(internal\/)?crypto(\/hash)?$|\/identity\.js$/.test(url)],
  ['ids of requests', (url) => url === 'node:internal/crypto/random'],
  ['the rest of Node: events, timers, promises', (url) => url.startsWith('node:')],
  ['collecting garbage', (_url, name) => name === '(garbage collector)'],
  ['asking the database', (url) => /\/server\/stores\/|\/node_modules\/pg/.test(url)],
  ['checking requests', (url) => /\/zod\/|\/server\/requests\.js$/.test(url)],
  ['finding the answer in memory', (url) => /\/server\/(repeats|bounded-map)\.js$/.test(url)],
  ['taking the request, handing the answer over', (url) => /\/server\/(http|incoming|guards)\.js$/.test(url)],
  ['the rest of the server’s own code', (url) => url !== ''],
];
export const AREA_NAMES: readonly string[] = AREAS.map(([area]) => area);

/** @returns of each area, its share of the time in which the process was not idle */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const areaOf = areasIn(nodes);
  const spent = new Map<string, number>();
  let all = 0;
  for (const [at, id] of samples.entries()) {
    const area = areaOf.get(id);
    if (area === undefined) continue;
    const time = timeDeltas[at + 1] ?? 0; // each is the time before its sample
    spent.set(area, (spent.get(area) ?? 0) + time);
    all += time;
  }
  return new Map([...spent].map(([area, time]) => [area, time / all]));
}

/** What is native and says nothing itself belongs to who called it; idleness, to nothing. */
function areasIn(nodes: readonly Profiler.ProfileNode[]): Map<number, string> {
  const areas = new Map<number, string>();
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  for (const { id, callFrame } of nodes) {
    const { url, functionName } = callFrame;
    const found = AREAS.find(([, fits]) => fits(url, functionName))?.[0];
    const area = found ?? areas.get(callers.get(id) ?? Number.NaN);
    if (area !== undefined) areas.set(id, area);
  }
  return areas;
}
