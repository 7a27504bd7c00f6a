import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileCheck } from '../../../src/server/stores/same-file.ts';

for (const ending of ['', '-wal']) {
  test(`notices that licenses.db${ending} was deleted or replaced, and that it is back`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'licenses.db');
    for (const name of [file, `${file}-wal`]) writeFileSync(name, 'x');
    const check = createFileCheck(file);

    check();
    renameSync(file + ending, join(folder, 'away'));
    assert.throws(check, /was deleted or replaced: put the old one back, or restart/);
    writeFileSync(file + ending, 'x');
    assert.throws(check);
    renameSync(join(folder, 'away'), file + ending);
    check();
  });
}
