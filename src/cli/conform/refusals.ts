// What is no license: unknown and malformed keys, missing fields, and what a status report says about them.

import { inWords, type Report } from './report.ts';
import type { Answer, ServerUnderTest } from './server.ts';

const MALFORMED_KEY = 'not-a-valid-uuid';
const FIELDS_REQUIRED = 'wants licenseKey and deviceId: 400, with a sentence in error';

export async function checkRefusals(server: ServerUnderTest, report: Report): Promise<void> {
  const unknownKey = crypto.randomUUID();
  const unknown = await server.activate(unknownKey, crypto.randomUUID());
  report.judgeAnswer('contract', 'refuses an unknown key with 403', unknown, refusedWith(403, unknown));
  report.judgeAnswer(
    'addition',
    'names the reason: code "license_invalid"',
    unknown,
    unknown.body.code === 'license_invalid'
      ? undefined
      : `code is ${JSON.stringify(unknown.body.code) ?? 'missing'}`,
  );
  const malformed = await server.activate(MALFORMED_KEY, crypto.randomUUID());
  const isRefused = malformed.status >= 400 && malformed.status < 500 && malformed.body.activated !== true;
  report.judgeAnswer(
    'contract',
    'refuses what is no key',
    malformed,
    isRefused ? undefined : inWords(malformed),
  );

  const noDevice = await server.post('/activate', { licenseKey: unknownKey });
  const noKey = await server.post('/activate', { deviceId: crypto.randomUUID() });
  for (const [what, answer] of [
    ['deviceId', noDevice],
    ['licenseKey', noKey],
  ] as const)
    report.judgeAnswer('contract', `${FIELDS_REQUIRED} (no ${what})`, answer, refusedWith(400, answer));

  const nothing = await server.post('/deactivate', { licenseKey: unknownKey, deviceId: crypto.randomUUID() });
  report.judgeAnswer(
    'contract',
    'answers {"deactivated": true} for an unknown key, too',
    nothing,
    nothing.body.deactivated === true ? undefined : inWords(nothing),
  );
}

const refusedWith = (status: number, answer: Answer): string | undefined =>
  answer.status === status && answer.body.activated !== true && typeof answer.body.error === 'string'
    ? undefined
    : inWords(answer);

/** @param device holds a seat */
export async function checkStatus(
  server: ServerUnderTest,
  report: Report,
  key: string,
  device: string,
): Promise<void> {
  const status = await server.post('/status', { licenseKey: key, deviceId: device });
  const reports = 'reports on a license (/status)';
  if (status.status === 404 || status.status === 405)
    return report.judge('addition', reports, `${inWords(status)}: devices cannot be listed`);
  const { activated, licenseName, devicesUsed, maxDevices } = status.body;
  const isWhole =
    activated === true &&
    typeof licenseName === 'string' &&
    typeof devicesUsed === 'number' &&
    (typeof maxDevices === 'number' || maxDevices === 'unlimited');
  report.judgeAnswer('contract', reports, status, isWhole ? undefined : inWords(status));
  report.judgeAnswer(
    'addition',
    'lists the devices to one that holds a seat, and never their ids',
    status,
    !Array.isArray(status.body.devices)
      ? 'devices missing'
      : status.text.includes(device)
        ? 'the answer holds a device id, which is a secret'
        : undefined,
  );
  const unknown = await server.post('/status', { licenseKey: crypto.randomUUID() });
  report.judgeAnswer(
    'contract',
    'reports {"activated": false} for an unknown key',
    unknown,
    unknown.status === 200 && unknown.body.activated === false ? undefined : inWords(unknown),
  );
}
