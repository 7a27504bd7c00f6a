// `license-gate keys`: rotates the keys that sign leases, or makes some for a server that gets them from its
// environment.

import { existsSync } from 'node:fs';
import {
  createMemoryStore,
  createSigningKeys,
  openStore,
  rotateSigningKeys,
  type KeysShown,
  type LicenseStore,
  type RotateOutcome,
  type ServerConfig,
} from '../server/index.ts';
import { Misuse, readWordAndOptions, type Command } from './command.ts';
import {
  CONFIG_FILE,
  isFile,
  readConfigWithoutKeys,
  readConfigWithoutToken,
  shown,
  withDatabase,
} from './settings.ts';

const VARIABLE = 'LICENSE_GATE_SIGNING_KEYS';

export const keys: Command = {
  help: `Rotates the keys that sign leases.

Usage: license-gate keys rotate [options]
       license-gate keys create [options]

rotate: the next key signs from now on, and a new next one is published. The old key stays published until the last
lease that it signed is over, so nobody notices. Running servers follow within a minute, without a restart.

  --config FILE     configuration (${CONFIG_FILE})
  --database NAME   file or postgres:// URL, instead of the configured one
  --force           rotate although the next key has been published for less than two hours: back ends that do not
                    know it yet refuse its leases for up to an hour or two
  --revoke          the keys have leaked: replace all of them at once, so that no lease of before is good any more;
                    pages get new leases at their next check
  --print           for keys in ${VARIABLE}: print the rotated ones, a secret, to be put there
  --json            print what happened as JSON

create: prints new keys, a secret, for ${VARIABLE}.

Exit code: 0 rotated, 1 not rotated.`,

  async run(args) {
    const { word, options } = readWordAndOptions(args, 'rotate or create', {
      config: { type: 'string' },
      database: { type: 'string' },
      force: { type: 'boolean', default: false },
      revoke: { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    if (word !== 'rotate' && word !== 'create') throw new Misuse(`keys can rotate or create, not "${word}".`);
    if (word === 'create') {
      const { lease } = readConfigWithoutKeys(options.config);
      console.log(await createSigningKeys(lease.algorithm));
      return 0;
    }
    const config = withDatabase(readConfigWithoutToken(options.config), options.database);
    const how = options.revoke ? 'revoke' : options.force ? 'anyway' : 'safely';
    const place = await openPlace(config, options.print);
    try {
      const outcome = await rotateSigningKeys({
        store: place.store,
        rules: config.lease,
        now: Date.now(),
        how,
      });
      const isDone = outcome.kind === 'rotated' || outcome.kind === 'revoked';
      if (isDone && place.print) console.log(await place.print());
      const text = options.json ? asJson(outcome) : inWords(outcome, config, place.name);
      // What was asked for goes to the output, which --print needs for the keys alone.
      (place.print || (!isDone && !options.json) ? console.error : console.log)(text);
      return isDone ? 0 : 1;
    } finally {
      await place.store.close();
    }
  },
};

interface Place {
  readonly name: string;
  readonly store: LicenseStore;
  /** The keys as they are now, where nobody but the seller can write them. */
  readonly print?: () => Promise<string>;
}

async function openPlace(config: ServerConfig, isPrinting: boolean): Promise<Place> {
  const { database, secrets, lease } = config;
  if (secrets.signingKeys !== undefined) {
    if (!isPrinting)
      throw new Error(
        `The keys come from ${VARIABLE}, which no command can change. With --print it prints the rotated ones: ` +
          'put them there, and restart the servers.',
      );
    const store = createMemoryStore();
    const name = `signing-keys-${lease.algorithm}`;
    await store.keepSecret(name, secrets.signingKeys);
    return { name: VARIABLE, store, print: async () => (await store.findSecret(name)) ?? '' };
  }
  if (isPrinting) throw new Misuse(`--print is for keys in ${VARIABLE}; these are in ${shown(database)}.`);
  if (database === ':memory:')
    throw new Error('Keys in ":memory:" end with their server: start it anew, and it has new ones.');
  if (isFile(database) && !existsSync(database)) throw new Error(noKeys(database));
  return { name: shown(database), store: await openStore(database) };
}

const noKeys = (place: string): string =>
  `There are no keys in ${shown(place)} yet: a server makes them when it first starts.`;

function inWords(outcome: RotateOutcome, { lease, database }: ServerConfig, place: string): string {
  switch (outcome.kind) {
    case 'rotated':
      return `Rotated the ${lease.algorithm} keys in ${place}.\n\n${listOf(outcome)}\n\n${nextSteps(outcome, place)}`;
    case 'revoked':
      return [
        `Replaced the ${lease.algorithm} keys in ${place}.`,
        `\n${listOf(outcome)}`,
        ...outcome.revoked.map((kid) => `  dropped          ${kid}`),
        `\n${nextSteps(outcome, place)}`,
        'Back ends drop the old keys when they next read the key set: within an hour, or when you restart them.',
        'Pages with pinned public-keys need the new key set now.',
      ].join('\n');
    case 'too_early':
      return [
        `Nothing was changed: the next key in ${place} was published less than two hours ago. Back ends that have not`,
        `read it yet would refuse its leases. Rotate after ${timeOf(outcome.readyAt)}, or now with --force; where the`,
        'keys have leaked, use --revoke.',
      ].join('\n');
    case 'no_keys':
      return noKeys(database);
  }
}

const listOf = ({ current, next, retired }: KeysShown): string =>
  [
    `  signs now        ${current}`,
    `  comes next       ${next}`,
    ...retired.map(({ kid, until }) => `  still published  ${kid}, until ${timeOf(until)}`),
  ].join('\n');

const nextSteps = ({ readyAt }: KeysShown, place: string): string =>
  (place === VARIABLE
    ? `Put what was printed into ${VARIABLE}, and restart the servers.`
    : 'Running servers follow within a minute.') + ` Rotate again after ${timeOf(readyAt)}.`;

function asJson(outcome: RotateOutcome): string {
  if (outcome.kind === 'no_keys') return JSON.stringify({ outcome: outcome.kind }, null, 2);
  const { kind, readyAt, retired, ...kids } = outcome;
  const published = retired.map(({ kid, until }) => ({ kid, publishedUntil: new Date(until).toISOString() }));
  const rotateAfter = new Date(readyAt).toISOString();
  return JSON.stringify({ outcome: kind, ...kids, retired: published, rotateAfter }, null, 2);
}

/** To the next whole minute: whoever waits for it has waited long enough. */
const timeOf = (ms: number): string => {
  const rounded = new Date(Math.ceil(ms / 60_000) * 60_000).toISOString();
  return `${rounded.slice(0, 10)} ${rounded.slice(11, 16)} UTC`;
};
