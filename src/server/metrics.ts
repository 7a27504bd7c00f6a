// Counts what happens, and writes it in Prometheus' text format.

export interface Metrics {
  count(name: Counter, labels?: Readonly<Record<string, string>>): void;
  /** Read anew each time the metrics are asked for. */
  gauge(name: string, help: string, read: () => number): void;
  render(): string;
}

const COUNTERS = {
  license_gate_answers_total: 'Answers by route and code (ok where the request was granted).',
  license_gate_marketplace_verdicts_total: 'Verdicts of the marketplace; unknown ones by their reason.',
  license_gate_revocations_total: 'Licenses revoked after a confirmed invalid verdict.',
} as const;

type Counter = keyof typeof COUNTERS;

export function createMetrics(): Metrics {
  const counts = new Map<Counter, Map<string, number>>();
  const gauges = new Map<string, { help: string; read: () => number }>();

  return {
    count(name, labels = {}) {
      const series = counts.get(name) ?? new Map<string, number>();
      const label = Object.entries(labels)
        .map(([key, value]) => `${key}="${value}"`)
        .join(',');
      counts.set(name, series.set(label, (series.get(label) ?? 0) + 1));
    },
    gauge: (name, help, read) => void gauges.set(name, { help, read }),
    render() {
      const lines: string[] = [];
      for (const [name, series] of counts) {
        lines.push(`# HELP ${name} ${COUNTERS[name]}`, `# TYPE ${name} counter`);
        for (const [label, value] of series) lines.push(`${name}${label && `{${label}}`} ${value}`);
      }
      for (const [name, { help, read }] of gauges) {
        const value = read();
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
        lines.push(`${name} ${value === Number.POSITIVE_INFINITY ? '+Inf' : value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
