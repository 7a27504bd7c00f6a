// What the documents promise is held against the code: blocks of code, names, numbers, commands and links.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { COMMANDS } from '../src/cli/commands.ts';
import { PROBLEMS } from '../src/protocol/index.ts';
import { parseConfig } from '../src/server/index.ts';
import {
  codeBlocks,
  constantIn,
  documented,
  excerpts,
  isExcerpt,
  leadsSomewhere,
  links,
  pathOf,
  readDocument,
  rowsUnder,
  tokens,
} from './support/documents.ts';

const ROOT = pathOf('.');
const README = 'README.md';
const DOCUMENTS = [
  README,
  'CONTRIBUTING.md',
  'SECURITY.md',
  'BENCHMARKS.md',
  'llms.txt',
  'src/README.md',
  'examples/README.md',
  ...globSync('docs/*.md', { cwd: ROOT }),
];
/** In the repository, so that packages are found from there, and ignored by git. */
const WORKSHOP = pathOf('node_modules/.cache/documents');

/** What the examples take for granted: the tag of the first one, and what a page or a back end has. */
const SURROUNDINGS = `
import type { LicenseGate } from 'license-gate-kit/element';
declare global {
  const gate: LicenseGate;
  const app: {
    use(path: string, handle: (one: any, two: any, three: any) => unknown): void;
    mount(path: string, handle: (request: Request) => Response | Promise<Response>): void;
  };
  const key: string;
  const server: string;
  const machineId: string;
  const settings: { read(name: string): unknown; write(name: string, value: unknown): void };
}
`;

/** Each entry of the package, by its source, so that nothing has to be built first. */
const SOURCES = Object.fromEntries(
  Object.entries(manifest.exports).flatMap(([entry, target]) =>
    typeof target === 'string'
      ? []
      : [
          [
            entry.replace('.', manifest.name),
            [pathOf(target.types.replace('./dist', 'src').replace('.d.ts', '.ts'))],
          ],
        ],
  ),
);

const ENVIRONMENT = { DIMLI_SELLER_TOKEN: 'token' };
const DEFAULTS = defaults();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Sentences of the README, with `#` for the number. */
const NUMBERS: readonly (readonly [string, number])[] = [
  ['a refunded key stops working within # hours online', DEFAULTS.verdicts.staleMs / HOUR_MS],
  ['and after # days at the latest', (DEFAULTS.verdicts.staleMs + DEFAULTS.verdicts.keepMs) / DAY_MS],
  [
    'no outage, of yours or of the marketplace, locks out a buyer who was confirmed in the last # days',
    DEFAULTS.lease.graceMs / DAY_MS,
  ],
  ['open gates stay open for # days after their last confirmation', DEFAULTS.lease.graceMs / DAY_MS],
  ['known licenses go on from the last verdict for # days past its age', DEFAULTS.verdicts.keepMs / DAY_MS],
  ['two verdicts at least # minutes apart', DEFAULTS.verdicts.confirmMs / 60_000],
  ['| verification results cached | # h;', DEFAULTS.verdicts.freshMs / HOUR_MS],
  ['until # h served and verified again behind the answer', DEFAULTS.verdicts.staleMs / HOUR_MS],
  ['A lease is good for # hours', DEFAULTS.lease.validMs / HOUR_MS],
  ['bring # new devices a day', DEFAULTS.devices.newPerDay],
  ['make your server ask about # of them a minute and address', DEFAULTS.rateLimits.unknownKeysPerMinute],
  ['until it is over (# h)', DEFAULTS.lease.validMs / HOUR_MS],
  ['| `activatePerMinute`, `deactivatePerMinute` | # |', DEFAULTS.rateLimits.activatePerMinute],
  ['| `statusPerMinute`, `statusPerMinutePerKey` | #, 30 |', DEFAULTS.rateLimits.statusPerMinute],
  ['| `statusPerMinute`, `statusPerMinutePerKey` | 60, # |', DEFAULTS.rateLimits.statusPerMinutePerKey],
  ['| `unknownKeysPerMinute`, `unknownKeysPerHour` | #, 30 |', DEFAULTS.rateLimits.unknownKeysPerMinute],
  ['| `unknownKeysPerMinute`, `unknownKeysPerHour` | 5, # |', DEFAULTS.rateLimits.unknownKeysPerHour],
  ['bodies end at # KiB', constantIn('src/server/guards.ts', 'LARGEST_BODY_BYTES') / 1024],
  ['why it still waits after #.', constantIn('src/element/gate-view.ts', 'SLOW_MS') / 1000],
  [
    'A key has to be known for two hours before it signs',
    constantIn('src/server/key-ring.ts', 'PUBLISHED_FIRST_MS'),
  ],
];

test('every block of JavaScript, TypeScript and JSX in the documents is accepted by the compiler', async () => {
  rmSync(WORKSHOP, { recursive: true, force: true });
  mkdirSync(WORKSHOP, { recursive: true });
  const tsconfig = {
    extends: pathOf('tsconfig.json'),
    compilerOptions: {
      noUnusedLocals: false,
      noImplicitReturns: false,
      jsxImportSource: 'react',
      paths: SOURCES,
    },
    include: ['*'],
  };
  writeFileSync(`${WORKSHOP}/tsconfig.json`, JSON.stringify(tsconfig));
  writeFileSync(`${WORKSHOP}/surroundings.d.ts`, SURROUNDINGS);
  for (const { code, where } of DOCUMENTS.flatMap((path) => codeBlocks(path, 'js', 'ts', 'tsx')))
    writeFileSync(`${WORKSHOP}/${where.replaceAll(/\W/g, '-')}.tsx`, `${code}\nexport {};\n`);

  const { stdout } = await promisify(execFile)(pathOf('node_modules/.bin/tsc'), ['-p', WORKSHOP]).catch(
    (cause: { stdout: string }) => cause,
  );

  assert.equal(stdout, '');
});

test('the configurations in the documents are accepted by the server', () => {
  const blocks = DOCUMENTS.flatMap((path) => codeBlocks(path, 'json'));

  const refused = blocks.flatMap(({ code, where }) => {
    const result = parseConfig(JSON.parse(code), ENVIRONMENT);
    return result.ok ? [] : [where, ...result.errors];
  });

  assert.ok(blocks.length > 0);
  assert.deepEqual(refused, []);
});

test('every command line in the documents is one that the command and the scripts know', async () => {
  const lines = DOCUMENTS.flatMap((path) => [
    ...codeBlocks(path, 'sh').flatMap(({ code }) => code.split('\n')),
    ...rowsUnder(path, 'command')
      .map(([command = '']) => command.replaceAll('`', '').split(','))
      .flat(),
  ]);

  const unknown = await Promise.all(lines.map(unknownIn));

  assert.ok(lines.length > 20);
  assert.deepEqual(unknown.flat(), []);
});

test('the README names every command, entry, attribute, event, part, slot, state, property and metric there is', async () => {
  const readme = readDocument(README);
  const names = [
    ...[...COMMANDS.keys()].map((name) => `\`${name}`),
    ...Object.keys(manifest.exports)
      .filter((entry) => entry !== './package.json')
      .map((entry) => entry.slice(1)),
    ...documented(
      'src/element/license-gate.ts',
      'attr',
      'fires',
      'csspart',
      'cssstate',
      'slot',
      'cssprop',
    ).map(short),
    ...documented('src/element/license-feature.ts', 'attr', 'cssstate', 'slot').map(short),
  ];

  assert.deepEqual(
    names.filter((name) => !readme.includes(name)),
    [],
  );
});

test('the README has every problem code, with its status and with what it may do to an open gate', () => {
  const rows = rowsUnder(README, 'code').flatMap(([codes = '', status = '', locks = '']) =>
    tokens(codes).map((code) => [code, status.split(',')[0]?.replace('–', '0'), locks.startsWith('yes')]),
  );

  const expected = Object.entries(PROBLEMS).map(([code, { status, locking }]) => [
    code,
    String(status),
    locking,
  ]);
  assert.deepEqual(rows.toSorted(), expected.toSorted());
});

for (const [sentence, actual] of NUMBERS)
  test(`the README is right about "${sentence}"`, () => {
    const text = readDocument(README).replaceAll(/\s+/g, ' ');
    assert.ok(text.includes(sentence.replace('#', String(actual))), `it is ${actual}`);
  });

test('what the README shows of an example stands in it, and every example is named', () => {
  const shown = excerpts(README);
  const examples = globSync('examples/*/', { cwd: ROOT });
  const overview = readDocument('examples/README.md');

  assert.ok(shown.length >= 8);
  assert.deepEqual(
    shown.filter(({ code, file }) => !isExcerpt(code, readDocument(file))).map(({ file }) => file),
    [],
  );
  assert.deepEqual(
    examples.filter((folder) => !overview.includes(`](${folder.replace(/^examples.|\/$/g, '')}/`)),
    [],
  );
});

for (const file of ['examples/express/server.mjs', 'examples/hono/server.mjs'])
  test(`the README shows the back end of ${file}`, () => {
    const [, handler = ''] = /^(app\.use\(.*?^\}\);)$/ms.exec(readDocument(file)) ?? [];
    const blocks = codeBlocks(README, 'js').map(({ code }) => code);

    assert.notEqual(handler, '');
    assert.ok(blocks.some((block) => isExcerpt(handler, block)));
  });

test('the numbers that the README quotes are those of the last benchmark', () => {
  const quoted = codeBlocks(README, 'text').flatMap(({ code }) => code.split('\n').filter(Boolean));
  const measured = new Set(readDocument('BENCHMARKS.md').split('\n'));

  assert.ok(quoted.length > 0);
  assert.deepEqual(
    quoted.filter((line) => !measured.has(line)),
    [],
  );
});

test('every link in the documents leads somewhere', () => {
  const broken = DOCUMENTS.flatMap((path) =>
    links(path)
      .filter((target) => !target.includes('://'))
      .filter((target) => !leadsSomewhere(path, target))
      .map((target) => `${path}: ${target}`),
  );

  assert.deepEqual(broken, []);
});

function defaults() {
  const result = parseConfig({ products: { '/my-tool': { seats: { 'Standard License': 1 } } } }, ENVIRONMENT);
  assert.ok(result.ok);
  return result.config;
}

/** Names of one word stand between back ticks, so that they are not found by chance. */
const short = (name: string): string =>
  name.startsWith('--license-gate-') ? name.replace('--license-gate', '') : `\`${name}\``;

/** @returns what is not known of `npx license-gate keys rotate --force` or `npm run demo` */
async function unknownIn(line: string): Promise<string[]> {
  const [, script] = /^npm (?:run )?([\w:]+)/.exec(line.trim()) ?? [];
  if (script && script !== 'install') return script in manifest.scripts ? [] : [line];
  const [, name, rest = ''] = /^(?:npx license-gate )?([a-z]+)(.*)$/.exec(line.trim()) ?? [];
  const command = await COMMANDS.get(name ?? '')?.load();
  if (!command) return line.includes('npx license-gate') ? [line] : [];
  const options = [...rest.matchAll(/ (--[\w-]+)/g)].map(([, option = '']) => option);
  return options.filter((option) => !command.help.includes(option)).map((option) => `${name} ${option}`);
}
