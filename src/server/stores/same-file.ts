// Notices that a database's files are no longer those that were opened. SQLite goes on with a file that somebody has
// deleted or replaced, and what it writes there is gone with the process.

import { statSync } from 'node:fs';

/** @returns throws where one of the files has been deleted or replaced since */
export function createFileCheck(file: string): () => void {
  const names = [file, `${file}-wal`];
  const opened = names.map(inodeOf);

  return () => {
    for (const [place, name] of names.entries())
      if (inodeOf(name) !== opened[place])
        throw new Error(
          `The database file ${name} was deleted or replaced: put the old one back, or restart the server to go on with what is there.`,
        );
  };
}

const inodeOf = (name: string): bigint | undefined =>
  statSync(name, { bigint: true, throwIfNoEntry: false })?.ino;
