// A reporter for `node --test`: Node's own list of tests, then the plain tally line. A file in which no test ran
// counts as failed.
import { Readable } from 'node:stream';
import { spec as Spec } from 'node:test/reporters';
import { tallyLine } from './tally.mjs';

export default async function* tallyReporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  yield* Readable.from(counting(events, counts)).pipe(new Spec());
  yield `${tallyLine(process.env.SUITE ?? 'tests', counts)}\n`;
}

async function* counting(events, counts) {
  for await (const event of events) {
    yield event;
    const outcome = outcomeOf(event);
    if (outcome === 'empty') {
      console.log(`${event.data.file}: no test ran`);
      process.exitCode = 1;
    }
    if (outcome) counts[outcome === 'empty' ? 'failed' : outcome] += 1;
  }
}

function outcomeOf({ type, data }) {
  if ((type !== 'test:pass' && type !== 'test:fail') || data.details.type === 'suite') return undefined;
  if (data.skip !== undefined || data.todo !== undefined) return 'skipped';
  if (type === 'test:fail') return 'failed';
  // Node reports a file without tests as one passed test of that name.
  return data.name === data.file ? 'empty' : 'passed';
}
