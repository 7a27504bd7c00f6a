// The server's numbers as they are printed.
import { lineOf, type Limit } from './limit.ts';
import type { GrowthRow } from './server-growth.ts';
import type { PromisesRow } from './server-promises.ts';
import { ECHO, SAMPLE } from './server-shop.ts';
import type { MemoryRow, SpeedRow } from './server-speed.ts';

export interface ServerResults {
  readonly speed: readonly SpeedRow[];
  readonly memory: readonly MemoryRow[];
  readonly growth: readonly GrowthRow[];
  readonly promises: readonly PromisesRow[];
}

/** A table a title; the first line of each is its title. */
export function tablesOf(
  { speed, memory, growth, promises }: ServerResults,
  limits: readonly Limit[],
): string[][] {
  const scenarios = [...new Set(speed.map(({ what }) => what))];
  return [
    ...scenarios.map((what) => [what, ...speedLines(speed.filter((row) => row.what === what))]),
    [
      'Memory, in MB: the heap after garbage was collected, and what the process has of the system',
      ...memory.map(
        ({ server, requests, heapMb, memoryMb }) =>
          `${server.padEnd(26)} heap ${heapMb.toFixed(1).padStart(6)}  RSS ${memoryMb.toFixed(0).padStart(4)}  after ${requests} requests`,
      ),
    ],
    [
      'Growth, CPU of the server for one request',
      ...growth.map(({ what, seats, devicesPerLicense, activeMicros, newMicros }) =>
        [
          `${what}: ${String(seats).padStart(7)} seats, ${String(devicesPerLicense).padStart(4)} a license`,
          `active ${micros(activeMicros)}`,
          `new ${micros(newMicros)}`,
        ].join('  '),
      ),
    ],
    [
      '50 devices at once for 5 seats, and 100 owners before SIGKILL',
      ...promises.map(({ server, rounds, oversold, asksPerNewKey, acknowledged, lost }) =>
        [
          server.padEnd(26),
          `oversold ${oversold} in ${rounds} rounds`,
          `${asksPerNewKey.toFixed(1)} questions a new key`,
          `${lost} of ${acknowledged} seats lost`,
        ].join('  '),
      ),
    ],
    ['Limits', ...limits.map((limit) => lineOf(limit))],
  ].filter((lines) => lines.length > 1);
}

function speedLines(rows: readonly SpeedRow[]): string[] {
  const rateOf = (name: string) => rows.find(({ server }) => server === name)?.rate ?? Number.NaN;
  return rows.map(({ server, rate, p50, p99, cpuMicros }) =>
    [
      server.padEnd(26),
      `${Math.round(rate)} /s`.padStart(9),
      `${(rate / rateOf(ECHO)).toFixed(2)} × echo`,
      `${(rate / rateOf(SAMPLE)).toFixed(2)} × sample`,
      `p50 ${p50.toFixed(2)} ms`,
      `p99 ${p99.toFixed(2)} ms`,
      `CPU ${micros(cpuMicros)}`,
    ].join('  '),
  );
}

const micros = (time: number): string => `${Math.round(time)} µs`;
