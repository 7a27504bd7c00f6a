// `license-gate conform`: whether any license server, in any language, keeps the contract that clients rely on.

import { maskKey } from '../protocol/index.ts';
import { Misuse, readWordAndOptions, type Command } from './command.ts';
import { checkDoor, checkOrigins } from './conform/door.ts';
import { checkGivingUp, checkReturning } from './conform/exchange.ts';
import { checkExhaustion } from './conform/exhaustion.ts';
import { checkLease } from './conform/lease.ts';
import { checkRefusals, checkStatus } from './conform/refusals.ts';
import { count, createReport, type Report } from './conform/report.ts';
import { Unfit, checkSeats } from './conform/seats.ts';
import { createServerUnderTest, type ServerUnderTest } from './conform/server.ts';
import { readKey } from './terminal.ts';

interface Keys {
  readonly key: string;
  /** valid, and never used at this server; given only where the marketplace may be kept busy */
  readonly fresh: string | undefined;
}

interface Aim {
  readonly product?: string | undefined;
  readonly origin?: string | undefined;
}

export const conform: Command = {
  help: `Checks whether a license server, in any language, keeps the contract of the marketplace's guide, and what it does
beyond it.

Usage: license-gate conform URL --key KEY [options]

  --key KEY            a valid license key, best one with a single seat that is free, and that this server has never
                       seen; - reads it from the standard input
  --product SLUG       the product, where the server has several
  --origin ORIGIN      the origin of a page that uses the server, such as https://app.example.com: checks CORS
  --exhaust KEY        keeps the marketplace busy for a minute, and tries this valid key, which the server has never
                       seen, meanwhile; real buyers have to wait as long
  --strict             also what goes beyond the guide must be kept
  --json               print the findings as JSON

It takes seats, and gives them back. Up to 12 new devices count for the key's day. A server that limits requests
makes it wait; it says so.
Exit code: 0 the contract is kept, 1 it is not, or could not be checked, 2 not understood.`,

  async run(args) {
    const { word, options } = readWordAndOptions(args, 'URL', {
      key: { type: 'string' },
      product: { type: 'string' },
      origin: { type: 'string' },
      exhaust: { type: 'string' },
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const url = urlOf(word);
    if (options.key === undefined)
      throw new Misuse('--key is missing: a license key that is valid at this server.');
    const keys: Keys = {
      key: await readKey(options.key),
      fresh: options.exhaust === undefined ? undefined : await readKey(options.exhaust),
    };

    const print = options.json ? () => {} : (line: string) => console.log(line);
    print(`Checking ${url} with key ${maskKey(keys.key)}\n`);
    const report = createReport(print);
    const stop = new AbortController();
    const onSignal = () => stop.abort(new Error('Stopped.'));
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    const server = createServerUnderTest({
      url,
      product: options.product,
      signal: stop.signal,
      waiting: sayWaiting,
    });
    let failure: unknown;
    try {
      await checkAll(server, report, keys, options);
    } catch (cause) {
      failure = cause;
    }
    const left = await server.leave();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    if (left > 0) console.error(`${left} seats could not be given back.`);
    if (stop.signal.aborted) return 130;
    if (failure !== undefined && !(failure instanceof Unfit)) throw failure;

    const contract = count(report.findings, 'contract');
    const additions = count(report.findings, 'addition');
    const isOk = !failure && contract.broken === 0 && !(options.strict && additions.broken > 0);
    const problem = failure instanceof Unfit ? failure.message : undefined;
    if (options.json)
      console.log(
        JSON.stringify({ ok: isOk, url, problem, contract, additions, findings: report.findings }, null, 2),
      );
    else if (problem === undefined)
      print(`\nThe guide's contract: ${sum(contract)}. Beyond the guide: ${sum(additions)}.`);
    else console.error(problem);
    return isOk ? 0 : 1;
  },
};

async function checkAll(server: ServerUnderTest, report: Report, keys: Keys, aim: Aim): Promise<void> {
  const { key } = keys;
  const seated = await checkSeats(server, report, key);
  await checkLease(server, report, seated.activated, aim.product);
  await checkStatus(server, report, key, seated.device);
  await checkReturning(server, report, key, seated);
  await checkGivingUp(server, report, key, seated);
  await checkRefusals(server, report);
  await checkDoor(server, report);
  if (aim.origin !== undefined) await checkOrigins(server, report, aim.origin);
  else report.skip('contract', 'lets pages call it', 'say --origin, such as https://app.example.com');
  if (keys.fresh !== undefined) await checkExhaustion(server, report, keys.fresh);
}

const sayWaiting = (why: string) => console.error(`  … ${why}`);

function urlOf(text: string): string {
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isWeb) throw new Misuse(`"${text}" is no URL such as https://licenses.example.com.`);
  return text.replace(/\/+$/, '');
}

const sum = ({ kept, broken, untested }: ReturnType<typeof count>): string =>
  [`${kept} kept`, `${broken} not kept`, ...(untested > 0 ? [`${untested} not tested`] : [])].join(', ');
