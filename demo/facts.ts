// What the page knows about the license, read from the gate's properties, and how little it asks for.

import type { LicenseGate } from '../src/index.ts';

export function showFacts(list: HTMLElement, gate: LicenseGate, marketplaceCalls: number): void {
  const { access, activity, license, reason, graceEndsAt, lease, storageMode } = gate;
  const seats =
    license?.devicesUsed === undefined ? undefined : `${license.devicesUsed} of ${license.maxDevices}`;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['access', access],
    ['activity', activity],
    ['reason', reason],
    ['license', license?.licenseName],
    ['seats in use', seats],
    ['opens offline until', graceEndsAt?.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })],
    ['signed lease', lease && `${lease.slice(0, 12)}…`],
    ['kept in', storageMode],
    ['asked the license server', times(requestsTo('/license/'))],
    ['marketplace was asked', times(marketplaceCalls)],
  ];
  list.replaceChildren(
    ...facts.map(([name, value]) => {
      const term = document.createElement('dt');
      term.textContent = name;
      const detail = document.createElement('dd');
      detail.textContent = value ?? '–';
      detail.dataset.fact = name;
      const pair = document.createElement('div');
      pair.append(term, detail);
      return pair;
    }),
  );
}

/** Since this page was opened. */
const requestsTo = (path: string): number =>
  performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname.startsWith(path))
    .length;

const times = (count: number): string => (count === 1 ? 'once' : count === 0 ? 'never' : `${count} times`);
