// The door: requests that are no requests, other methods, and pages of this and that origin.

import { inWords, type Report } from './report.ts';
import type { Answer, ServerUnderTest } from './server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const LARGE_BYTES = 200_000;
const FOREIGN_ORIGIN = 'https://foreign.invalid';

export async function checkDoor(server: ServerUnderTest, report: Report): Promise<void> {
  const good = JSON.stringify({ licenseKey: crypto.randomUUID(), deviceId: crypto.randomUUID() });
  const at = (body: string, headers: Record<string, string> = JSON_TYPE) =>
    server.ask('/activate', { body, headers });
  const cases: readonly (readonly [promise: string, answer: Answer, statuses: readonly number[]])[] = [
    ['answers malformed JSON with 400, in JSON', await at('{"licenseKey": '), [400]],
    ['answers JSON that is no object with 400, in JSON', await at('null'), [400]],
    ['answers a key that is no text with 400, in JSON', await at('{"licenseKey":{},"deviceId":[1]}'), [400]],
    ['takes JSON only: 415 for text/plain', await at(good, { 'content-type': 'text/plain' }), [415, 400]],
    ['refuses large bodies with 413, in JSON', await at(`{"x":"${'x'.repeat(LARGE_BYTES)}"}`), [413, 400]],
    ['answers other methods with 405', await server.ask('/activate', { method: 'GET' }), [405]],
  ];
  for (const [promise, answer, statuses] of cases) {
    const isRight = statuses.includes(answer.status) && (answer.isJson || answer.status === 405);
    report.judgeAnswer('addition', promise, answer, isRight ? undefined : inWords(answer));
  }
  const isSafe = server.url.startsWith('https:') || isHere(new URL(server.url).hostname);
  report.judge(
    'addition',
    'is reached through TLS',
    isSafe ? undefined : `${server.url} sends keys in the clear`,
  );
}

const isHere = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.');

/** @param origin of a page that uses the server */
export async function checkOrigins(server: ServerUnderTest, report: Report, origin: string): Promise<void> {
  const body = JSON.stringify({ licenseKey: crypto.randomUUID(), deviceId: crypto.randomUUID() });
  const preflight = await server.ask('/activate', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  const permits = /content-type|\*/i.test(preflight.headers.get('access-control-allow-headers') ?? '');
  const isOpen = preflight.status >= 200 && preflight.status < 300 && allows(preflight, origin) && permits;
  report.judge(
    'contract',
    `lets pages of ${origin} call it (preflight)`,
    isOpen ? undefined : lacking(preflight),
  );

  const refused = await server.ask('/activate', { body, headers: { ...JSON_TYPE, origin } });
  const readable = allows(refused, origin);
  report.judge(
    'contract',
    `lets pages of ${origin} read its answers`,
    readable ? undefined : lacking(refused),
  );
  const broken = await server.ask('/activate', { body: '{', headers: { ...JSON_TYPE, origin } });
  const lost = await server.ask('/nowhere', { body, headers: { ...JSON_TYPE, origin } });
  const hidden = [broken, lost].find((answer) => !allows(answer, origin));
  report.judge(
    'addition',
    'lets pages read every error, so that it is not taken for an outage',
    hidden ? lacking(hidden) : undefined,
  );
  const exposed = refused.headers.get('access-control-expose-headers') ?? '';
  report.judge(
    'addition',
    'lets pages read Retry-After',
    /retry-after|\*/i.test(exposed) ? undefined : 'Access-Control-Expose-Headers does not name it',
  );
  const foreign = await server.ask('/activate', { body, headers: { ...JSON_TYPE, origin: FOREIGN_ORIGIN } });
  const isShut =
    foreign.status === 403 && !allows(foreign, FOREIGN_ORIGIN) && foreign.body.error !== refused.body.error;
  report.judgeAnswer(
    'addition',
    'turns pages of other origins away before it does anything',
    foreign,
    isShut ? undefined : inWords(foreign),
  );
}

const allows = ({ headers }: Answer, origin: string): boolean =>
  [origin, '*'].includes(headers.get('access-control-allow-origin') ?? '');

const lacking = (answer: Answer): string =>
  `Access-Control-Allow-Origin is ${answer.headers.get('access-control-allow-origin') ?? 'missing'} (${inWords(answer)})`;
