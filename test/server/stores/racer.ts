// One of several processes on a SQLite file: says "ready", waits for a word, and activates twelve devices at once.
import { once } from 'node:events';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { createFakeMarketplace, PURCHASES } from '../../../src/testing/index.ts';
import { createTestServer } from '../support.ts';

const [file = '', key = '', name = ''] = process.argv.slice(2);
const market = createFakeMarketplace({ purchases: [{ ...PURCHASES.team, key }] });
const { server, activate } = createTestServer({ store: createSqliteStore(file), market });
await server.ready();
console.log('ready');
await once(process.stdin, 'data');

const replies = await Promise.all(
  Array.from({ length: 12 }, (_, number) => activate(key, `${name}-${number}`)),
);
for (const { status, body } of replies) console.log(status, body.code ?? 'activated');
await server.close();
