// What time it is for a license: the license server's time, as far as this device can know it. The device's clock may
// be years off, be turned while the page is open, or stand still behind the server's; none of that is decided here.

import { isTurnedBack } from './policy.ts';
import { serverTimeBy, type LicenseRecord } from './record.ts';

/** All in milliseconds since 1970. */
export interface Clock {
  /**
   * The server's time as far as it is known. It never runs slower than the page has been open.
   *
   * @param record by what this record says of the server's time, where that is not what is followed
   */
  now(record?: LicenseRecord): number;
  /** What the device shows. */
  device(): number;
  /** From now on the time is what the server said when it confirmed this record. */
  follow(record: LicenseRecord): void;
}

/** @param uptime milliseconds that only ever go on, such as `performance.now()`; it may stand still in a sleep */
export function createClock(device: () => number, uptime: () => number): Clock {
  let followed: LicenseRecord | undefined;
  let latest = -Infinity;
  let latestAt = 0;

  const isFollowed = ({ confirmedAt, offsetMs }: LicenseRecord) =>
    confirmedAt === followed?.confirmedAt && offsetMs === followed.offsetMs;

  return {
    device,
    now(record = followed) {
      const shown = record ? serverTimeBy(record, device()) : device();
      if (record && !isFollowed(record)) return shown;
      const up = uptime();
      // A clock that is turned back does not stop the page's time, a sleeping machine does not stop the clock.
      latest = Math.max(shown, latest + up - latestAt);
      latestAt = up;
      return latest;
    },
    follow(record) {
      // A new statement of the server also rights what a clock that was ahead for a while has left.
      if (!isFollowed(record)) {
        // Where the clock is only a little behind the last visit, time goes on from there.
        latest = isTurnedBack(record, serverTimeBy(record, device())) ? -Infinity : record.seenAt;
        latestAt = uptime();
      }
      followed = record;
    },
  };
}
