// Seats: racing devices, the limit, coming back, giving up, and replacing. It comes first, because a server is most
// easily tricked by the first devices that a key brings.

import type { Report } from './report.ts';
import { inWords } from './report.ts';
import type { Answer, ServerUnderTest } from './server.ts';

const RACERS = 8;
/** A license with more seats than this is not filled up: that would take too many new devices of the key's day. */
const MOST_SEATS = 8;

/** The key cannot be used for this check. */
export class Unfit extends Error {}

export interface Seated {
  readonly activated: Answer;
  /** a device that holds a seat */
  readonly device: string;
  /** a device without one, while all are taken; absent where they could not be filled */
  readonly outsider?: string | undefined;
}

export const isActivated = ({ status, body }: Answer): boolean => status === 200 && body.activated === true;

/** As every client understands it: by code, by number, or by the guide's sentence. */
const isSeatLimit = ({ status, body }: Answer): boolean =>
  status === 403 &&
  body.activated !== true &&
  (body.code === 'seat_limit_reached' ||
    typeof body.maxDevices === 'number' ||
    /seat limit reached/i.test(String(body.error)));

/** @throws Unfit where the key cannot be activated at all */
export async function checkSeats(server: ServerUnderTest, report: Report, key: string): Promise<Seated> {
  const racers = Array.from({ length: RACERS }, () => crypto.randomUUID());
  const race = await Promise.all(
    racers.map((device) => server.activate(key, device, {}, { impatient: true })),
  );
  const winners = racers.filter((_, at) => race[at] && isActivated(race[at]));
  const activated = race.find(isActivated) ?? (await firstActivation(server, key, race, winners));
  judgeActivation(report, activated);

  const outsider = crypto.randomUUID();
  let full = await server.activate(key, outsider);
  const status = await server.post('/status', { licenseKey: key });
  const seats = limitOf([...race, activated, full, status]);
  judgeRace(report, race, winners.length, seats);

  const [device = ''] = winners;
  const isOversold = seats !== undefined && winners.length > seats;
  if (isOversold) {
    // It no longer knows whom it gave a seat: start over.
    for (const winner of [...winners, outsider]) await server.deactivate(key, winner);
    await server.activate(key, device);
  }
  if (seats !== undefined && seats <= MOST_SEATS && (isOversold || !isSeatLimit(full))) {
    await server.deactivate(key, outsider);
    const fillers = seats - (isOversold ? 1 : winners.length);
    for (let at = 0; at < fillers; at += 1) await server.activate(key, crypto.randomUUID());
    full = await server.activate(key, outsider);
  }

  const promise = 'refuses a device with 403 when all seats are taken';
  if (seats === undefined || (seats > MOST_SEATS && !isSeatLimit(full))) {
    const why = 'the key has too many seats to fill: give one with a single seat';
    if (isActivated(full)) await server.deactivate(key, outsider);
    report.skip('contract', promise, why);
    return { activated, device };
  }
  report.judgeAnswer('contract', promise, full, isSeatLimit(full) ? undefined : inWords(full));
  if (!isSeatLimit(full)) return { activated, device };
  judgeSeatRefusal(report, full);
  return { activated, device, outsider };
}

/** Where nobody has won the race: because of a limit, which may be over by now, or for a reason that the seller must know. */
async function firstActivation(
  server: ServerUnderTest,
  key: string,
  race: readonly Answer[],
  winners: string[],
): Promise<Answer> {
  if (race.every(({ status }) => status === 0))
    throw new Unfit(`Nothing answers at ${server.url}: ${race[0]?.text}.`);
  const device = crypto.randomUUID();
  const answer = await server.activate(key, device);
  if (isActivated(answer)) {
    winners.push(device);
    return answer;
  }
  if (isSeatLimit(answer))
    throw new Unfit(`All seats of this key are taken (${inWords(answer)}): free one, or give another key.`);
  throw new Unfit(`This needs a key that ${server.url} activates; it answered ${inWords(answer)}`);
}

function judgeActivation(report: Report, { body, text }: Answer): void {
  const hasName = typeof body.licenseName === 'string';
  report.judge(
    'contract',
    'activates a device and names its license',
    hasName ? undefined : text.slice(0, 120),
  );
  const missing = ['productName', 'devicesUsed', 'maxDevices', 'recheckAfter', 'serverTime'].filter(
    (name) => body[name] === undefined,
  );
  report.judge(
    'addition',
    'says how many seats are used, when to ask again, and what time it is',
    missing.length > 0 ? `${missing.join(', ')} missing` : undefined,
  );
}

function judgeRace(report: Report, race: readonly Answer[], won: number, seats: number | undefined): void {
  const promise = 'sells no seat twice when devices race';
  const told = race.filter(({ status }) => status === 200 || status === 403).length;
  const broken = race.find(({ status }) => status >= 500 || status === 0);
  if (seats !== undefined && won > seats)
    report.judge(
      'contract',
      promise,
      `${won} of ${RACERS} devices were activated at once, on ${seats} ${seats === 1 ? 'seat' : 'seats'}`,
    );
  else if (broken) report.judge('contract', promise, `one of ${RACERS} devices got ${inWords(broken)}`);
  else if (seats === undefined || seats >= RACERS)
    report.skip('contract', promise, 'the key has too many seats: give one with a single seat');
  else if (told < 2) report.skip('contract', promise, 'the server limits requests');
  else report.judge('contract', promise, undefined);
}

function judgeSeatRefusal(report: Report, { body }: Answer): void {
  const missing = ['currentDevices', 'maxDevices'].filter((name) => typeof body[name] !== 'number');
  report.judge(
    'addition',
    'says at the limit how many devices there are and may be',
    missing.length > 0 ? `${missing.join(', ')} missing: clients have to read the sentence` : undefined,
  );
  report.judge(
    'addition',
    'names the reason at the limit: code "seat_limit_reached"',
    body.code === 'seat_limit_reached' ? undefined : `code is ${JSON.stringify(body.code) ?? 'missing'}`,
  );
  report.judge(
    'addition',
    'lists at the limit the devices that hold the seats, so that the buyer can free one',
    handlesIn(body).length > 0 ? undefined : 'devices missing',
  );
}

/** The handles of the devices in a list. */
export const handlesIn = ({ devices }: Readonly<Record<string, unknown>>): string[] =>
  (Array.isArray(devices) ? devices : [])
    .map((device: unknown) => Object(device).handle as unknown)
    .filter((handle) => typeof handle === 'string');

/** `undefined` = unlimited, or not said */
function limitOf(answers: readonly Answer[]): number | undefined {
  for (const { body } of answers) {
    if (typeof body.maxDevices === 'number') return body.maxDevices;
    const said = /seat limit reached \((\d+)\)/i.exec(String(body.error))?.[1];
    if (said !== undefined) return Number(said);
  }
  return undefined;
}
