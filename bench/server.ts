// Our built server beside the guide's Express sample and a bare echo: what a request costs, how that grows, and what
// becomes of seats in a race and after a crash. Ends with 1 where a limit that must be kept is missed; `--million` reads
// memory after exactly a million requests of an active device instead of a hundred thousand.
//
//   npm run bench:server -- [--json] [--only speed|growth|promises] [--million]
import { parseArgs } from 'node:util';
import { launchPostgres } from '../test/support/postgres.ts';
import { enforce } from './limit.ts';
import { measureGrowth } from './server-growth.ts';
import { judge } from './server-limits.ts';
import { tryPromises } from './server-promises.ts';
import { openShop } from './server-shop.ts';
import { measureSpeed } from './server-speed.ts';
import { tablesOf, type ServerResults } from './server-tables.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 7);
const SECONDS = Number(process.env['SECONDS'] ?? 2);
const RACES = 20;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    million: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const isWanted = (part: string) => values.only === undefined || values.only === part;

const postgres = await launchPostgres();
const shop = await openShop();
try {
  const options = { rounds: ROUNDS, seconds: SECONDS };
  const requests = values.million ? 1_000_000 : 100_000;
  const results: ServerResults = {
    ...(isWanted('speed')
      ? await measureSpeed(shop, await postgres.newDatabase(), { ...options, requests })
      : { speed: [], memory: [] }),
    growth: isWanted('growth') ? await measureGrowth(shop, options) : [],
    promises: isWanted('promises') ? await tryPromises(shop, await postgres.newDatabase(), RACES) : [],
  };
  const limits = judge(results);
  if (values.json) console.log(JSON.stringify({ ...results, limits }, null, 2));
  else for (const lines of tablesOf(results, limits)) console.log(`\n${lines.join('\n')}`);
  enforce(limits);
} finally {
  await shop.close();
  await postgres.own?.stop();
  postgres.own?.remove();
}
