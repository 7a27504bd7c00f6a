// Limits that a benchmark's numbers are held against. Each has what must be reached, and where that is not all that is
// wanted an aim beyond it. Only what misses a "must" makes a benchmark end with 1; a missed aim is said and no more.

export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly must: number;
  readonly aim: number | undefined;
  readonly verdict: 'held' | 'aim missed' | 'MISSED';
}

export const atLeast = (name: string, value: number, must: number, aim?: number): Limit =>
  limitOf(name, value, must, aim, (limit) => value >= limit);

export const atMost = (name: string, value: number, must: number, aim?: number): Limit =>
  limitOf(name, value, must, aim, (limit) => value <= limit);

/** Makes the process end with 1 where a "must" is missed. */
export function enforce(limits: readonly Limit[]): void {
  if (limits.some(({ verdict }) => verdict === 'MISSED')) process.exitCode = 1;
}

export function lineOf({ name, value, must, aim, verdict }: Limit, digits = 2): string {
  const wanted = aim === undefined ? `must ${must}` : `must ${must}, aim ${aim}`;
  return `${verdict}: ${name}: ${value.toFixed(digits)} (${wanted})`;
}

function limitOf(
  name: string,
  value: number,
  must: number,
  aim: number | undefined,
  keeps: (limit: number) => boolean,
): Limit {
  const beyond = aim === undefined || keeps(aim) ? 'held' : 'aim missed';
  return { name, value, must, aim, verdict: keeps(must) ? beyond : 'MISSED' };
}
