// What becomes of a license that is fully taken: its devices come back, the key is spelled otherwise, a seat is given
// up, and given to another device.

import { inWords, type Report } from './report.ts';
import { handlesIn, isActivated, type Seated } from './seats.ts';
import type { ServerUnderTest } from './server.ts';

/** Spellings in which a buyer pastes a key. */
const SPELLINGS: Readonly<Record<string, (key: string) => string>> = {
  'in capitals': (key) => key.toUpperCase(),
  'with spaces around it': (key) => `  ${key}\n`,
  'in braces': (key) => `{${key}}`,
  'without dashes': (key) => key.replaceAll('-', ''),
  'with long dashes': (key) => key.replaceAll('-', '–'),
};

export async function checkReturning(
  server: ServerUnderTest,
  report: Report,
  key: string,
  { device, outsider }: Seated,
): Promise<void> {
  const again = await server.activate(key, device);
  report.judgeAnswer(
    'contract',
    'knows a device again, which needs no second seat',
    again,
    isActivated(again) ? undefined : inWords(again),
  );

  if (outsider !== undefined) {
    const second = await server.activate(key.toUpperCase(), outsider);
    if (isActivated(second)) await server.deactivate(key.toUpperCase(), outsider);
    report.judgeAnswer(
      'contract',
      'has one set of seats for a key, also in capitals',
      second,
      isActivated(second) ? 'the key in capitals gets seats of its own: seats are not limited' : undefined,
    );
  }

  const refused: string[] = [];
  for (const [how, spell] of Object.entries(SPELLINGS)) {
    const answer = await server.activate(spell(key), device);
    if (!isActivated(answer) && answer.status !== 429) refused.push(how);
  }
  report.judge(
    'addition',
    'takes a key as buyers paste it',
    refused.length > 0 ? `refused ${refused.join(', ')}` : undefined,
  );
}

/** Ends with no more seats taken than before. */
export async function checkGivingUp(
  server: ServerUnderTest,
  report: Report,
  key: string,
  { device, outsider }: Seated,
): Promise<void> {
  const stranger = await server.post('/deactivate', { licenseKey: key, deviceId: crypto.randomUUID() });
  const given = await server.deactivate(key, device);
  report.judgeAnswer(
    'contract',
    'answers {"deactivated": true} to a device that gives its seat up',
    given,
    given.status === 200 && given.body.deactivated === true ? undefined : inWords(given),
  );
  report.judgeAnswer(
    'addition',
    'answers the same to a device that holds no seat: nobody can find out who does',
    stranger,
    stranger.status === given.status && stranger.text === given.text ? undefined : inWords(stranger),
  );
  if (outsider === undefined)
    return report.skip('contract', 'gives a seat that was given up to the next device', 'seats are not full');

  const next = await server.activate(key, outsider);
  report.judgeAnswer(
    'contract',
    'gives a seat that was given up to the next device',
    next,
    isActivated(next) ? undefined : inWords(next),
  );
  if (isActivated(next)) await checkReplacing(server, report, key, outsider);
}

/** @param device holds a seat, and all are taken */
async function checkReplacing(
  server: ServerUnderTest,
  report: Report,
  key: string,
  device: string,
): Promise<void> {
  const replacing = 'lets a device take another one’s place in one step (replaceDevice)';
  const byHandle = 'gives a listed device’s seat up (device in /deactivate)';
  const refusal = await server.activate(key, crypto.randomUUID());
  const list = await server.post('/status', { licenseKey: key, deviceId: device });
  const own = (Array.isArray(list.body.devices) ? list.body.devices : []).find(
    (item: unknown) => Object(item).thisDevice === true,
  ) as { handle?: unknown } | undefined;
  const handle = typeof own?.handle === 'string' ? own.handle : handlesIn(refusal.body)[0];
  if (handle === undefined) {
    report.judge('addition', replacing, 'it lists no devices');
    return report.judge('addition', byHandle, 'it lists no devices');
  }
  const newcomer = crypto.randomUUID();
  const replaced = await server.activate(key, newcomer, { replaceDevice: handle });
  const before = await server.activate(key, device);
  const isDone = isActivated(replaced) && !isActivated(before);
  report.judgeAnswer('addition', replacing, replaced, isDone ? undefined : inWords(replaced));
  if (!isActivated(replaced)) return;

  const status = await server.post('/status', { licenseKey: key, deviceId: newcomer });
  const mine = (Array.isArray(status.body.devices) ? status.body.devices : []).find(
    (item: unknown) => Object(item).thisDevice === true,
  ) as { handle?: string } | undefined;
  const freed = await server.post('/deactivate', { licenseKey: key, device: mine?.handle ?? '' });
  const after = await server.post('/status', { licenseKey: key, deviceId: newcomer });
  const isFreed = freed.body.deactivated === true && after.body.devices === undefined;
  report.judgeAnswer('addition', byHandle, freed, isFreed ? undefined : inWords(freed));
}
