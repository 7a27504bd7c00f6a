// The real process on a real file, and a disk that goes wrong under it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createFakeMarketplace, PURCHASES, SELLER_TOKEN } from '../../src/testing/index.ts';
import { canMount, mountSmall } from '../support/file-system.ts';
import { COMMAND, createFolder, run, startMarketplace, startServe } from './support.ts';

const CONFIG = {
  products: { '/my-tool': { seats: { 'Standard License': 1, 'Company License': 'unlimited' } } },
  allowedOrigins: ['https://app.example.com'],
  rateLimits: false,
};
const COMPANY = PURCHASES.company.key;
const STANDARD = PURCHASES.standard.key;

type Test = Parameters<typeof createFolder>[0];

/** A way to take the disk from a running server, and to give it back. */
interface DiskFault {
  readonly name: string;
  /** A folder for the database; default: the configuration's. */
  readonly folder?: ((t: Test) => string) | undefined;
  begin(server: ChildProcess, folder: string): void;
  end(server: ChildProcess, folder: string): void;
}

/** No file may grow past what the largest has now; the kernel refuses the rest, as it does on a full disk. */
const limitFileSize = ({ pid }: ChildProcess, limit: string) =>
  void execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${limit}:`]);
const filesIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('licenses.db'));
const largestIn = (folder: string) =>
  Math.max(...filesIn(folder).map((name) => statSync(join(folder, name)).size));

const PUT_AWAY = 'put-away-';
const moveAway = (folder: string) => {
  for (const name of filesIn(folder)) renameSync(join(folder, name), join(folder, PUT_AWAY + name));
};
const moveBack = (folder: string) => {
  for (const name of filesIn(folder)) rmSync(join(folder, name));
  for (const name of readdirSync(folder).filter((each) => each.startsWith(PUT_AWAY)))
    renameSync(join(folder, name), join(folder, name.slice(PUT_AWAY.length)));
};

const isLinux = process.platform === 'linux';
const NEEDS_LINUX = { skip: isLinux ? false : 'no other system changes the limits of a running process' };

const LIMITS: readonly DiskFault[] = [
  {
    name: 'the file may not grow',
    begin: (server, folder) => limitFileSize(server, String(largestIn(folder))),
    end: (server) => limitFileSize(server, 'unlimited'),
  },
  {
    name: 'nothing can be written at all', // which is how a read-only disk looks to a file that is open
    begin: (server) => limitFileSize(server, '0'),
    end: (server) => limitFileSize(server, 'unlimited'),
  },
];

const FAULTS: readonly DiskFault[] = [
  ...(isLinux ? LIMITS : []),
  {
    name: 'the file is moved away',
    begin: (_server, folder) => moveAway(folder),
    end: (_server, folder) => moveBack(folder),
  },
  {
    name: 'another database is put in its place',
    begin(_server, folder) {
      moveAway(folder);
      new DatabaseSync(join(folder, 'licenses.db')).exec('CREATE TABLE secrets (name TEXT, value TEXT)');
    },
    end: (_server, folder) => moveBack(folder),
  },
  // Where nobody is an administrator, the limit of a file's size stands in for the full file system.
  ...(canMount() ? [fullFileSystem()] : []),
];

const fill = (folder: string) => join(folder, 'fill');

function fullFileSystem(): DiskFault {
  return {
    name: 'the file system is full',
    folder: (t) => mountSmall(t, '16m'),
    begin(_server, folder) {
      for (let size = 1 << 20; size >= 1; size >>= 1)
        try {
          for (;;) writeFileSync(fill(folder), 'x'.repeat(size), { flag: 'a' });
        } catch {} // no room for so much: half of it may fit
    },
    end: (_server, folder) => rmSync(fill(folder)),
  };
}

async function openShop(t: Test, fault: DiskFault) {
  const market = createFakeMarketplace({ verifiesPerMinute: 0 });
  const { url: marketUrl } = await startMarketplace(t, market);
  const folder = createFolder(t);
  const disk = fault.folder?.(t) ?? folder;
  const database = join(disk, 'licenses.db');
  writeFileSync(join(folder, 'license-gate.config.json'), JSON.stringify({ ...CONFIG, database }));
  const start = () => startServe(t, folder, marketUrl);
  return { disk, market, start, server: await start() };
}

async function activate(url: string, licenseKey: string, deviceId: string) {
  const headers = { 'content-type': 'application/json', origin: 'https://app.example.com' };
  const body = JSON.stringify({ licenseKey, deviceId });
  const response = await fetch(`${url}/activate`, { method: 'POST', headers, body });
  const { code, retryable, retryAfter } = await response.json();
  const canBeRead = response.headers.get('access-control-allow-origin') === headers.origin;
  return { deviceId, status: response.status, code, retryable, retryAfter, canBeRead };
}

const isReady = async (url: string) => (await fetch(`${url}/readyz`)).status;

/** A readiness holds for a second. */
const untilReady = async (url: string) => {
  while ((await isReady(url)) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
};
/** SQLite writes its log from the beginning again now and then, so a file may have room until more devices come. */
async function untilNotReady(url: string) {
  const replies = [];
  while ((await isReady(url)) !== 503)
    for (let number = 0; number < 10; number += 1)
      replies.push(await activate(url, COMPANY, `filling-${replies.length}`));
  return replies;
}

for (const fault of FAULTS) {
  test(`${fault.name}: known devices are served, new ones told to come again, and no seat is lost`, async (t) => {
    const { disk, server, start } = await openShop(t, fault);
    const { url, process } = server;
    await activate(url, STANDARD, 'known');
    await activate(url, COMPANY, 'known');
    const racing = Array.from({ length: 300 }, (_, number) => activate(url, COMPANY, `racing-${number}`));
    await Promise.race(racing);

    fault.begin(process, disk);
    const raced = await Promise.all(racing);
    const filling = await untilNotReady(url);
    const late = await Promise.all(
      Array.from({ length: 50 }, (_, number) => activate(url, COMPANY, `late-${number}`)),
    );
    const stranger = await activate(url, PURCHASES.secondStandard.key, 'stranger');
    const known = [await activate(url, STANDARD, 'known'), await activate(url, COMPANY, 'known')];
    const alive = (await fetch(`${url}/healthz`)).status;
    fault.end(process, disk);
    await untilReady(url);
    const after = [
      await activate(url, COMPANY, 'after'),
      await activate(url, PURCHASES.secondStandard.key, 'stranger'),
    ];
    process.kill('SIGKILL');
    await server.finished;
    const again = await start();
    const seats = new DatabaseSync(join(disk, 'licenses.db'))
      .prepare('SELECT count(*) AS seats FROM seats')
      .get();

    const refused = [...raced, ...filling, ...late, stranger].filter(({ status }) => status !== 200);
    const acknowledged = [...raced, ...filling, ...late, ...known, ...after].filter(
      ({ status }) => status === 200,
    );
    assert.deepEqual([alive, ...known.map(({ status }) => status)], [200, 200, 200]);
    assert.equal(late.filter(({ status }) => status === 503).length > 0, true);
    assert.equal(stranger.status, 503);
    for (const { deviceId, ...refusal } of refused)
      assert.deepEqual(
        refusal,
        { status: 503, code: 'upstream_unavailable', retryable: true, retryAfter: 5, canBeRead: true },
        deviceId,
      );
    assert.deepEqual(
      after.map(({ status }) => status),
      [200, 200],
    );
    assert.equal(Number(seats?.seats), acknowledged.length);
    assert.equal(await isReady(again.url), 200);
  });
}

test(
  'a known device is served while its visit cannot be written down and its verdict is old',
  NEEDS_LINUX,
  async (t) => {
    const fault = LIMITS[1]!;
    const { disk, server } = await openShop(t, fault);
    await activate(server.url, STANDARD, 'known');
    const yesterday = Date.now() - 60 * 60 * 60 * 1000;
    const other = new DatabaseSync(join(disk, 'licenses.db'));
    other.exec(`UPDATE seats SET last_seen = ${yesterday}; UPDATE licenses SET verified_at = ${yesterday}`);
    other.close();

    fault.begin(server.process, disk);
    const { status } = await activate(server.url, STANDARD, 'known');

    assert.equal(status, 200);
  },
);

test(
  'a log that cannot be written ends no server, and goes on when it can be written again',
  NEEDS_LINUX,
  async (t) => {
    const { url: marketUrl } = await startMarketplace(t);
    const folder = createFolder(t, CONFIG);
    const file = join(folder, 'log');
    const server = spawn(process.execPath, [COMMAND, 'serve', '--port', '0', '--log', 'debug'], {
      cwd: folder,
      env: { ...process.env, DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketUrl },
      stdio: ['ignore', 'pipe', openSync(file, 'a')],
    });
    t.after(() => server.kill('SIGKILL'));
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    const url = /http:\S+/.exec(line.toString())?.[0] ?? '';
    await activate(url, STANDARD, 'known');

    limitFileSize(server, '0');
    const before = statSync(file).size;
    const during = await activate(url, STANDARD, 'known');
    const refused = await activate(url, COMPANY, 'new');
    const silent = statSync(file).size;
    limitFileSize(server, 'unlimited');
    const after = await activate(url, STANDARD, 'known');

    assert.deepEqual([during.status, refused.status, after.status], [200, 503, 200]);
    assert.equal(silent, before);
    assert.ok(statSync(file).size > before);
  },
);

const UNUSABLE: Readonly<Record<string, (folder: string) => string>> = {
  'a file that is no database': (folder) => {
    writeFileSync(join(folder, 'text.db'), 'not a database, but a long text'.repeat(100));
    return join(folder, 'text.db');
  },
  'a database with a broken page': (folder) => {
    const file = join(folder, 'broken.db');
    const db = new DatabaseSync(file);
    db.exec('CREATE TABLE secrets (name TEXT, value TEXT); PRAGMA user_version = 1');
    db.close();
    const size = statSync(file).size;
    writeFileSync(file, 'x'.repeat(size - 100), { flag: 'r+' });
    return file;
  },
  'a database of a newer version': (folder) => {
    const db = new DatabaseSync(join(folder, 'newer.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    return join(folder, 'newer.db');
  },
  'a folder': (folder) => {
    mkdirSync(join(folder, 'folder.db'));
    return join(folder, 'folder.db');
  },
  'a folder that is not there': (folder) => join(folder, 'no', 'such', 'licenses.db'),
  ...(isLinux ? { 'a place where nobody may write': () => '/proc/licenses.db' } : {}),
};

for (const [name, make] of Object.entries(UNUSABLE)) {
  test(`on ${name} the server does not start, and says why in one line`, async (t) => {
    const folder = createFolder(t);
    const database = make(folder);
    writeFileSync(join(folder, 'license-gate.config.json'), JSON.stringify({ ...CONFIG, database }));

    const { code, out, err } = await run(folder, ['serve', '--port', '0'], {
      DIMLI_SELLER_TOKEN: SELLER_TOKEN,
    });

    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /^The database \S+ cannot be used: [^\n]+\n$/);
  });
}
