// The limits that the server's numbers have to keep.
import { atLeast, atMost, type Limit } from './limit.ts';
import { BY_DEVICES, BY_SEATS } from './server-growth.ts';
import { isOurs, promisesHeld } from './server-promises.ts';
import { ECHO, SAMPLE, SQLITE } from './server-shop.ts';
import { ACTIVE, STATUS } from './server-speed.ts';
import type { ServerResults } from './server-tables.ts';

export function judge({ speed, growth, promises }: ServerResults): Limit[] {
  const find = (what: string, server: string) =>
    speed.find((row) => row.what === what && row.server === server);
  const [ours, sample, echo] = [SQLITE, SAMPLE, ECHO].map((server) => find(ACTIVE, server));
  const [status, sampleStatus] = [SQLITE, SAMPLE].map((server) => find(STATUS, server));
  const limits: Limit[] = [];
  if (ours && sample && echo && status && sampleStatus)
    limits.push(
      atLeast('/activate, times the sample', ours.rate / sample.rate, 1.2, 1.5),
      atLeast('/activate, times the echo', ours.rate / echo.rate, 0.5),
      atLeast('/status, times the sample', status.rate / sampleStatus.rate, 1),
      atMost("/activate, p99 as a part of the sample's", ours.p99 / sample.p99, 1),
    );
  for (const what of [BY_SEATS, BY_DEVICES]) {
    const rows = growth.filter((row) => row.what === what);
    const [first, last] = [rows[0], rows.at(-1)];
    if (first && last)
      limits.push(
        atMost(`an active device, by ${what}`, last.activeMicros / first.activeMicros, 1.2),
        atMost(`a new device, by ${what}`, last.newMicros / first.newMicros, 1.2),
      );
  }
  const broken = promises.filter((row) => isOurs(row) && !promisesHeld(row));
  if (promises.length > 0) limits.push(atMost('servers of ours that break a promise', broken.length, 0));
  return limits;
}
