// What `license-gate conform` has found out: one line for each promise, as soon as it is known, and the sum.

import { paint, plain } from '../terminal.ts';
import type { Answer } from './server.ts';

/** The marketplace's guide asks for the contract; additions are what license-gate does beyond it. */
export type Grade = 'contract' | 'addition';

export interface Finding {
  readonly grade: Grade;
  /** what a good server does */
  readonly promise: string;
  readonly result: 'kept' | 'broken' | 'untested';
  /** what happened instead, or why it was not tried */
  readonly detail?: string | undefined;
}

export interface Report {
  /** @param problem what happened instead; absent = the promise is kept */
  judge(grade: Grade, promise: string, problem: string | undefined): void;
  /** As {@link judge}, but a server that limits requests has not said anything about the promise. */
  judgeAnswer(grade: Grade, promise: string, answer: Answer, problem: string | undefined): void;
  skip(grade: Grade, promise: string, why: string): void;
  readonly findings: readonly Finding[];
}

const MARKS = { kept: ['green', '✓'], broken: ['red', '✗'], untested: ['yellow', '–'] } as const;

/** @param show gets each line when it is known */
export function createReport(show: (line: string) => void): Report {
  const findings: Finding[] = [];

  function note(finding: Finding): void {
    findings.push(finding);
    const [color, mark] = MARKS[finding.result];
    const detail = finding.detail === undefined ? '' : `\n      ${plain(finding.detail)}`;
    const extra = finding.grade === 'addition' ? ' (beyond the guide)' : '';
    show(`  ${paint(color, mark)} ${finding.promise}${extra}${detail}`);
  }

  const report: Report = {
    findings,
    judge: (grade, promise, problem) =>
      note({ grade, promise, result: problem === undefined ? 'kept' : 'broken', detail: problem }),
    judgeAnswer(grade, promise, answer, problem) {
      if (answer.status === 429)
        report.skip(grade, promise, `the server limits requests: ${inWords(answer)}`);
      else report.judge(grade, promise, problem);
    },
    skip: (grade, promise, why) => note({ grade, promise, result: 'untested', detail: `not tested: ${why}` }),
  };
  return report;
}

/** An answer in one short line. */
export const inWords = ({ status, text }: Answer): string =>
  status === 0 ? `no answer (${text})` : `${status} ${text.replace(/\s+/g, ' ').trim().slice(0, 120)}`.trim();

export const count = (findings: readonly Finding[], grade: Grade) => {
  const of = findings.filter((finding) => finding.grade === grade);
  const having = (result: Finding['result']) => of.filter((finding) => finding.result === result).length;
  return { kept: having('kept'), broken: having('broken'), untested: having('untested') };
};
