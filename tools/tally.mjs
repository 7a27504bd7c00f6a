// The one form in which every suite says how many of its tests passed, so that test.mjs can add them up.

const LINE = /^\w+: (\d+) passed, (\d+) failed, (\d+) skipped$/m;

export const tallyText = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

export const tallyLine = (suite, counts) => `\n${suite}: ${tallyText(counts)}`;

/** @returns the counts in a suite's output, or `undefined` where it has none */
export function readTally(output) {
  const [, passed, failed, skipped] = LINE.exec(output)?.map(Number) ?? [];
  return passed === undefined ? undefined : { passed, failed, skipped };
}
