// Counts what happens, and writes it in Prometheus' text format: the answers to what a seller asks.

type Labels = Readonly<Record<string, string>>;

export interface Metrics {
  count(name: CounterName, labels?: Labels): void;
  /** Counts one more with each call; for what is counted so often that finding it anew would cost. */
  counter(name: CounterName, labels: Labels): () => void;
  /** Takes how long it took, in seconds. */
  timer(name: HistogramName, labels: Labels): (seconds: number) => void;
  /** Read anew each time the metrics are asked for; left out where that fails. */
  gauge(name: string, help: string, read: () => Reading | Promise<Reading>): void;
  render(): Promise<string>;
}

/** One value, or one for each set of labels. */
export type Reading = number | readonly { readonly labels: Labels; readonly value: number }[];

const COUNTERS = {
  license_gate_answers_total: 'Answers by route and problem code (ok where the request was granted).',
  license_gate_activations_total: 'Devices that were let in, by product; new ones took a seat.',
  license_gate_deactivations_total: 'Devices that gave their seat back, by product.',
  license_gate_leases_signed_total: 'Leases signed; the others were handed out again.',
  license_gate_marketplace_verdicts_total:
    "The marketplace's verdicts by product; unknown ones by their reason.",
  license_gate_revocations_total: 'Licenses revoked after a confirmed invalid verdict, by product.',
} as const;

const HISTOGRAMS = {
  license_gate_answer_seconds: 'Time from a request to its answer, by route.',
} as const;

const BUCKETS_SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 8];

type CounterName = keyof typeof COUNTERS;
type HistogramName = keyof typeof HISTOGRAMS;

interface Count {
  value: number;
}

interface Distribution {
  /** how many took longer than the bucket before, and at most as long as the bucket of the same place */
  readonly within: number[];
  sum: number;
  count: number;
}

export function createMetrics(): Metrics {
  const counts = new Map<CounterName, Map<string, Count>>();
  const distributions = new Map<HistogramName, Map<string, Distribution>>();
  const gauges = new Map<string, { help: string; read: () => Reading | Promise<Reading> }>();

  const countOf = (name: CounterName, labels: Labels): Count =>
    memberOf(seriesOf(counts, name), textOf(labels), () => ({ value: 0 }));

  return {
    count(name, labels = {}) {
      countOf(name, labels).value += 1;
    },
    counter(name, labels) {
      const count = countOf(name, labels);
      return () => void (count.value += 1);
    },
    timer(name, labels) {
      const known = memberOf(seriesOf(distributions, name), textOf(labels), () => ({
        within: BUCKETS_SECONDS.map(() => 0),
        sum: 0,
        count: 0,
      }));
      return (seconds) => {
        let place = 0;
        while (seconds > (BUCKETS_SECONDS[place] ?? Number.POSITIVE_INFINITY)) place += 1;
        if (place < BUCKETS_SECONDS.length) known.within[place] = (known.within[place] ?? 0) + 1;
        known.sum += seconds;
        known.count += 1;
      };
    },
    gauge: (name, help, read) => void gauges.set(name, { help, read }),
    async render() {
      const lines: string[] = [];
      for (const [name, help] of Object.entries(COUNTERS)) {
        lines.push(...head(name, 'counter', help));
        for (const [labels, { value }] of seriesOf(counts, name as CounterName))
          lines.push(sample(name, labels, value));
      }
      for (const [name, help] of Object.entries(HISTOGRAMS)) {
        lines.push(...head(name, 'histogram', help));
        for (const [labels, distribution] of seriesOf(distributions, name as HistogramName))
          lines.push(...distributionLines(name, labels, distribution));
      }
      for (const [name, { help, read }] of gauges) {
        const reading = await Promise.resolve()
          .then(read)
          .catch(() => []); // a database that is away shall not hide the rest
        const values = typeof reading === 'number' ? [{ labels: {}, value: reading }] : reading;
        lines.push(...head(name, 'gauge', help));
        for (const { labels, value } of values) lines.push(sample(name, textOf(labels), value));
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

const seriesOf = <N, T>(all: Map<N, Map<string, T>>, name: N): Map<string, T> =>
  memberOf(all, name, () => new Map<string, T>());

function memberOf<K, T>(all: Map<K, T>, key: K, make: () => T): T {
  let member = all.get(key);
  if (!member) all.set(key, (member = make()));
  return member;
}

function textOf(labels: Labels): string {
  let text = '';
  for (const name in labels) text += `${text && ','}${name}="${escape(labels[name] ?? '')}"`;
  return text;
}

const escape = (value: string): string =>
  /[\\"\n]/.test(value)
    ? value
        .replaceAll('\\', '\\\\')
        .replaceAll('"', String.raw`\"`)
        .replaceAll('\n', String.raw`\n`)
    : value;

const head = (name: string, type: string, help: string) => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

const sample = (name: string, labels: string, value: number): string =>
  `${name}${labels && `{${labels}}`} ${value === Number.POSITIVE_INFINITY ? '+Inf' : value}`;

function distributionLines(name: string, labels: string, { within, sum, count }: Distribution): string[] {
  const upTo = (bucket: string) => `${labels && `${labels},`}le="${bucket}"`;
  let soFar = 0;
  return [
    ...BUCKETS_SECONDS.map((bucket, place) =>
      sample(`${name}_bucket`, upTo(String(bucket)), (soFar += within[place] ?? 0)),
    ),
    sample(`${name}_bucket`, upTo('+Inf'), count),
    sample(`${name}_sum`, labels, sum),
    sample(`${name}_count`, labels, count),
  ];
}
