// `license-gate init`: writes a configuration, and says what comes next.

import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseConfig } from '../server/index.ts';
import { Misuse, readOptions, type Command } from './command.ts';
import { CONFIG_FILE, shown } from './settings.ts';
import { openPrompt } from './terminal.ts';

/** The guide's own example of license tiers. */
const SEATS = 'Standard License=1,Team License=5,Company License=unlimited';
const DATABASE = 'licenses.db';
const SCHEMA_INSTALLED = './node_modules/license-gate-kit/dist/config.schema.json';
const SCHEMA_ONLINE = 'https://cdn.jsdelivr.net/npm/license-gate-kit/dist/config.schema.json';

interface Answers {
  readonly product: string;
  readonly seats: string;
  /** origins, with commas between them; may be empty */
  readonly origin: string;
}

export const init: Command = {
  help: `Writes a configuration, and says what comes next. Without --product it asks.

Usage: license-gate init [options]

  --product SLUG     the product's slug, such as /my-tool: the last part of its URL in the store
  --seats LIST       license names and how many devices each allows
                     ("${SEATS}")
  --origin ORIGIN    origin of the page that uses the server, such as https://app.example.com; several with commas
  --database NAME    file beside the configuration, or postgres:// URL (${DATABASE})
  --config FILE      where to write (${CONFIG_FILE})
  --force            replace the file where there is one
  --json             print what was written as JSON; asks nothing

Exit code: 0 written, 1 not written.`,

  async run(args) {
    const options = readOptions(args, {
      product: { type: 'string' },
      seats: { type: 'string' },
      origin: { type: 'string' },
      database: { type: 'string', default: DATABASE },
      config: { type: 'string', default: CONFIG_FILE },
      force: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const file = options.config;
    if (existsSync(file) && !options.force) throw new Error(exists(file));
    if (options.product === undefined && options.json) throw new Misuse('--product is missing.');
    const { product, seats, origin } =
      options.product === undefined
        ? await ask(options)
        : { product: options.product, seats: options.seats ?? SEATS, origin: options.origin ?? '' };

    const config = {
      $schema: existsSync(resolve(dirname(file), SCHEMA_INSTALLED)) ? SCHEMA_INSTALLED : SCHEMA_ONLINE,
      products: { [product]: { seats: seatsIn(seats) } },
      allowedOrigins: listIn(origin),
      database: options.database,
    };
    const problems = problemsOf(config);
    if (problems.length > 0) throw new Misuse(problems.join('\n'));
    write(file, `${JSON.stringify(config, null, 2)}\n`, options.force);
    const next = nextSteps(file, product, config.allowedOrigins);
    console.log(
      options.json
        ? JSON.stringify(
            { file: resolve(file), config: { ...config, database: shown(config.database) }, next },
            null,
            2,
          )
        : `Wrote ${file}. Next:\n\n${next.map((step, at) => `  ${at + 1}. ${step.replaceAll('\n', '\n     ')}`).join('\n\n')}`,
    );
    return 0;
  },
};

const exists = (file: string): string => `${file} is there already. Add --force to replace it.`;

/** Never over a file that came meanwhile. */
function write(file: string, text: string, isForced: boolean): void {
  try {
    writeFileSync(file, text, { flag: isForced ? 'w' : 'wx' });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new Error(code === 'EEXIST' ? exists(file) : `${file} cannot be written (${code}).`, { cause });
  }
}

/** What the server would say about it; the token is not part of the file. */
function problemsOf(config: object): readonly string[] {
  const result = parseConfig(config, { DIMLI_SELLER_TOKEN: 'not-needed' });
  return result.ok ? [] : result.errors;
}

/** @throws Misuse where it cannot be understood */
function seatsIn(text: string): Record<string, number | 'unlimited'> {
  const entries = listIn(text).map((part) => {
    const [, name = '', seats = ''] = /^(.*\S)\s*=\s*(\S+)$/.exec(part) ?? [];
    const isUnlimited = seats === 'unlimited' || seats === '-1';
    if (name === '' || !(isUnlimited || /^[1-9]\d*$/.test(seats)))
      throw new Misuse(`--seats: "${part}" is not like "Team License=5" or "Company License=unlimited".`);
    return [name, isUnlimited ? ('unlimited' as const) : Number(seats)] as const;
  });
  return Object.fromEntries(entries);
}

const listIn = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Asks for what nobody can guess, and offers a guess for the rest; again, where an answer makes no sense. */
async function ask(given: { seats?: string | undefined; origin?: string | undefined }): Promise<Answers> {
  const lines = openPrompt();
  const answers = lines[Symbol.asyncIterator]();

  async function question(words: string, guess: string, problem: (answer: string) => string | undefined) {
    for (;;) {
      lines.setPrompt(guess === '' ? `${words}: ` : `${words} (${guess}): `);
      lines.prompt();
      const { value, done } = await answers.next();
      if (done) throw new Misuse('\nNothing was written. Answer the questions, or say --product.');
      const answer = String(value).trim() || guess;
      const wrong = problem(answer);
      if (wrong === undefined) return answer;
      console.error(wrong);
    }
  }

  try {
    const product = await question(
      'Product slug, the last part of its URL in the store, such as /my-tool',
      '',
      (answer) =>
        answer === '' ? 'It is needed.' : problemsOf({ products: { [answer]: { seats: {} } } })[0],
    );
    const seats = given.seats ?? (await question('License names and their devices', SEATS, problemOfSeats));
    const origin =
      given.origin ??
      (await question(
        'Origin of your app’s page, such as https://app.example.com; empty = later',
        '',
        (answer) => problemsOf({ products: { a: { seats: {} } }, allowedOrigins: listIn(answer) })[0],
      ));
    return { product, seats, origin };
  } finally {
    lines.close();
  }
}

function problemOfSeats(text: string): string | undefined {
  try {
    seatsIn(text);
    return undefined;
  } catch (cause) {
    return (cause as Error).message;
  }
}

function nextSteps(file: string, product: string, origins: readonly string[]): string[] {
  const config = file === CONFIG_FILE ? '' : ` --config ${file}`;
  return [
    ...(origins.length > 0
      ? []
      : [
          `Put the origin of your app's page under allowedOrigins in ${file}; browsers are refused until then.`,
        ]),
    'Put your token into the environment (Dashboard → Settings → API Tokens):\nexport DIMLI_SELLER_TOKEN=…',
    `Try it with a key from a real purchase:\nnpx license-gate check${config} --key KEY`,
    `Run the server:\nnpx license-gate serve${config}`,
    [
      'Paste this into your page, with the URL under which the server is reached:',
      '<style>license-gate:not(:defined) { display: none }</style>',
      '<script type="module" src="https://cdn.jsdelivr.net/npm/license-gate-kit"></script>',
      `<license-gate server="http://127.0.0.1:3000" product="${product}">`,
      '  <template><main>Your app</main></template>',
      '</license-gate>',
    ].join('\n'),
  ];
}
