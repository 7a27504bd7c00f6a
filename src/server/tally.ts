// Counts answers by route and code. What is counted with each answer is found once, and kept.

import type { ProblemCode } from '../protocol/index.ts';
import type { Metrics } from './metrics.ts';

export type Tally = (route: string, code: ProblemCode | 'ok', seconds: number) => void;

interface RouteTally {
  readonly time: (seconds: number) => void;
  readonly counters: Map<string, () => void>;
}

export function createTally(metrics: Metrics): Tally {
  const routes = new Map<string, RouteTally>();

  function tallyOf(route: string): RouteTally {
    let known = routes.get(route);
    if (!known) {
      known = { time: metrics.timer('license_gate_answer_seconds', { route }), counters: new Map() };
      routes.set(route, known);
    }
    return known;
  }

  return (route, code, seconds) => {
    const { time, counters } = tallyOf(route);
    time(seconds);
    let count = counters.get(code);
    if (!count) counters.set(code, (count = metrics.counter('license_gate_answers_total', { route, code })));
    count();
  };
}
