// Scripts that note when they start.

/** @returns the script with the statement in front, behind a comment on its first line, which only counts up there */
export const beginWith = (statement: string, script: string): string =>
  script.replace(/^(?:\/\/.*\n)?/, (comment) => `${comment}${statement}`);
