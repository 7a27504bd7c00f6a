// What a server does with seats when everybody comes at once, and when it is killed: oversold seats, questions to the
// marketplace for a new key, and acknowledged seats that are lost.
import { PURCHASES } from '../src/testing/index.ts';
import type { Contender } from './contender.ts';
import { POSTGRES, SAMPLE, SQLITE, type Shop } from './server-shop.ts';

const SEATS = 5;
const DEVICES = 50;
const OWNERS = 100;

export interface PromisesRow {
  readonly server: string;
  readonly rounds: number;
  /** seats given beyond those that the licenses have, in all rounds */
  readonly oversold: number;
  readonly asksPerNewKey: number;
  readonly acknowledged: number;
  /** of the acknowledged seats, those that a stranger could take after SIGKILL and a new start */
  readonly lost: number;
}

export async function tryPromises(shop: Shop, postgresUrl: string, rounds: number): Promise<PromisesRow[]> {
  const file = shop.newFile();
  return [
    await tryOne(shop, rounds, () => shop.startSample()),
    await tryOne(shop, rounds, () => shop.startGate(SQLITE, file)),
    await tryOne(shop, rounds, () => shop.startGate(POSTGRES, postgresUrl)),
  ];
}

async function tryOne(shop: Shop, rounds: number, begin: () => Promise<Contender>): Promise<PromisesRow> {
  const contender = await begin();
  const keys = shop.sell(rounds, PURCHASES.team);
  let oversold = 0;
  for (const key of keys) {
    const devices = Array.from({ length: DEVICES }, () => activate(contender, key));
    const seated = (await Promise.all(devices)).filter((status) => status === 200).length;
    oversold += Math.max(seated - SEATS, 0);
  }

  const owned = shop.sell(OWNERS, PURCHASES.standard);
  const owners = await Promise.all(owned.map((key) => activate(contender, key)));
  await contender.stop('SIGKILL');
  const again = await begin();
  const strangers = await Promise.all(owned.map((key) => activate(again, key)));
  await again.stop();
  return {
    server: contender.name,
    rounds,
    oversold,
    asksPerNewKey: shop.askedAbout(keys) / rounds,
    acknowledged: owners.filter((status) => status === 200).length,
    lost: strangers.filter((status, owner) => status === 200 && owners[owner] === 200).length,
  };
}

async function activate({ url }: Contender, licenseKey: string): Promise<number> {
  const response = await fetch(`${url}/activate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ licenseKey, deviceId: crypto.randomUUID() }),
  });
  await response.arrayBuffer();
  return response.status;
}

export const promisesHeld = ({ oversold, asksPerNewKey, lost }: PromisesRow): boolean =>
  oversold === 0 && asksPerNewKey === 1 && lost === 0;

export const isOurs = ({ server }: PromisesRow): boolean => server !== SAMPLE;
