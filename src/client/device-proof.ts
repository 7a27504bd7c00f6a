// Proves to the license server that this is the device it says it is: each request is signed with a key that the browser
// keeps and never hands out. Loaded only where a page or a seat needs it, so it imports nothing that the rest uses.

import { provenText } from '../protocol/index.ts';
import type { Body, Path } from './api.ts';
import type { Means } from './exchange.ts';
import type { Call } from './model.ts';
import type { Problem } from './problem.ts';
import type { Settings } from './settings.ts';

const DATABASE = 'license-gate-device';
const STORE = 'keys';
const NAME = 'proof';
const LIMIT_MS = 2000;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** The key that this page has seen: a browser that is cleared under the open page is not to come back as another device. */
let known: CryptoKeyPair | undefined;

/**
 * The means of one call, which ask with a proof where this browser has a key, and without one where it has none. Where the
 * seat is bound to a key that is not here, this is another device, and asks as that.
 */
export const proving = (means: Means, call: Call): Means => ({
  ...means,
  ask: (path, body, shape, signal) =>
    askProving((changed) => means.ask(path, changed, shape, signal), path, body, means, call),
});

/**
 * @param body its device id is another one afterwards where that is what has got the seat
 * @returns the answer, or the problem that came instead of it; `proof_required` where no other device id can help
 */
async function askProving<T extends object>(
  send: Send<T>,
  path: Path,
  body: Body,
  { settings, clock, deviceId: nameDevice }: Means,
  { kind }: Call,
): Promise<T | Problem> {
  const { deviceId } = body;
  // Two browsers may have the id that a host gives, and no two have the same key.
  if (deviceId === undefined || settings.deviceId !== undefined) return send(body);
  const key = await openKey(settings.deviceProof === 'auto' && path === '/activate').catch(
    (): typeof UNKNOWN => UNKNOWN,
  );
  const prover = key && key !== UNKNOWN ? createProver(key, path, settings) : undefined;
  const askAs = (id: string) => askTwice(send, { ...body, deviceId: id }, prover, clock.now());

  const answer = await askAs(deviceId);
  if (!isRefusal(answer, 'proof_required')) return answer;
  // What cannot be shown to be this device's is nothing that it could give back: as the server answers otherwise.
  if (path === '/deactivate') return { deactivated: true } as object as T;
  // A database that does not answer may have the key all the same: a check can wait for it, a buyer does not have to.
  const isEarly = key === UNKNOWN && kind === 'check';
  if (!crypto.randomUUID || isEarly) return answer;
  const fresh = crypto.randomUUID();
  const renewed = await askAs(fresh);
  if (!('code' in renewed)) body.deviceId = await nameDevice(fresh);
  return renewed;
}

const UNKNOWN = 'unknown';

/** A proof that is refused is made again by the server's clock; when that is refused, too, it is no worse than none. */
async function askTwice<T extends object>(
  send: Send<T>,
  body: Named,
  prover: Prover | undefined,
  now: number,
): Promise<T | Problem> {
  if (!prover) return send(body);
  const sendAt = async (time: number) => send({ ...body, proof: await prover(body, time) });
  const first = await sendAt(now);
  if (!isRefusal(first, 'proof_invalid')) return first;
  const second = await sendAt(Date.parse(first.serverTime ?? '') || now);
  if (!isRefusal(second, 'proof_invalid')) return second;
  const bare = await send(body);
  // Nobody said that the key is not the seat's, so this is still the same device.
  return isRefusal(bare, 'proof_required') ? second : bare;
}

type Send<T> = (body: Body) => Promise<T | Problem>;

type Named = Body & { readonly deviceId: string };

const isRefusal = <T extends object>(answer: T | Problem, code: Problem['code']): answer is Problem =>
  'code' in answer && answer.code === code;

/** Makes a proof for a request at a time of the server's; `undefined` where the browser does not sign. */
type Prover = (request: Named, time: number) => Promise<string | undefined>;

const createProver =
  (key: CryptoKeyPair, path: Path, { server, product }: Settings): Prover =>
  (request, time) =>
    prove(key, server + path, { ...request, product }, time).catch(() => undefined);

/** A compact JWS in the manner of RFC 9449. */
async function prove(
  { privateKey, publicKey }: CryptoKeyPair,
  htu: string,
  request: Parameters<typeof provenText>[0],
  time: number,
): Promise<string> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y } };
  const req = base64Url(await crypto.subtle.digest('SHA-256', utf8(provenText(request))));
  const jti = crypto.randomUUID();
  const claims = { htm: 'POST', htu, iat: Math.floor(time / 1000), jti, req };
  const signed = [header, claims].map((part) => base64Url(utf8(JSON.stringify(part)).buffer)).join('.');
  return `${signed}.${base64Url(await crypto.subtle.sign(SIGNATURE, privateKey, utf8(signed)))}`;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

const base64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/**
 * The key of this browser; `undefined` where there is none, and none can be kept.
 *
 * @param isMade makes one where there is none
 * @throws where the browser does not say
 */
async function openKey(isMade: boolean): Promise<CryptoKeyPair | undefined> {
  if (!globalThis.crypto?.subtle) return undefined; // a page over plain http
  const found =
    (await limited(readKey()).catch(orKnown)) ?? (known && (await limited(keepKey(known)).catch(orKnown)));
  if (found || !isMade) return (known = found);
  // Not extractable: script can use it and never read it.
  const fresh = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  // Private windows and strict modes cannot keep keys: then this device goes without one.
  return (known = await limited(keepKey(fresh)).catch(() => undefined));
}

function orKnown(cause: unknown): CryptoKeyPair {
  if (known) return known;
  throw cause;
}

const readKey = (): Promise<CryptoKeyPair | undefined> =>
  inDatabase('readonly', (keys) => done(keys.get(NAME)));

/** Of two tabs that make one at the same time, both get the first. */
async function keepKey(fresh: CryptoKeyPair): Promise<CryptoKeyPair | undefined> {
  await inDatabase('readwrite', async (keys) => {
    if (!(await done(keys.get(NAME)))) await done(keys.put(fresh, NAME));
  });
  return readKey(); // some browsers take what they cannot give back
}

/** A database of its own, so that whatever a browser has against keys touches nothing else. */
async function inDatabase<R>(
  mode: IDBTransactionMode,
  work: (keys: IDBObjectStore) => Promise<R>,
): Promise<R> {
  const opening = indexedDB.open(DATABASE);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await done(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const written = new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error as Error));
    });
    const [result] = await Promise.all([work(transaction.objectStore(STORE)), written]);
    return result;
  } finally {
    database.close();
  }
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error as Error));
  });

const limited = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('IndexedDB does not answer.')), LIMIT_MS);
    }),
  ]);
