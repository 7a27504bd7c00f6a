// The rules about seats, without doing anything: how many a license has, who gets one, and who gives way.

import type { Product, SeatRules } from './settings.ts';
import type { Seat, SeatChange, SeatView } from './store.ts';

const DAY_MS = 86_400_000;

/** Seats of a license by its name; `Infinity` = unlimited. A `Map`, because `constructor` is a name, too. */
export const seatsOf = (product: Product, licenseName: string): number =>
  product.seats.get(licenseName) ?? product.defaultSeats;

export interface Claim {
  readonly handle: string;
  readonly label: string;
  /** The device that gives its seat to this one. */
  readonly replace?: string | undefined;
  /** The key that this device has proved, by its thumbprint. */
  readonly proofKey?: string | undefined;
}

export type ClaimOutcome =
  | Seated
  | { readonly kind: 'full'; readonly devicesUsed: number }
  | Unproven
  | { readonly kind: 'too_many_new'; readonly retryAfterMs: number };

export interface Seated {
  readonly kind: 'seated';
  /** It had no seat until now. */
  readonly isNew: boolean;
  readonly devicesUsed: number;
  /** The devices that gave way. */
  readonly released: readonly string[];
}

/** The device has not shown that it is the one it names. */
export interface Unproven {
  readonly kind: 'unproven';
}

/** Whether a seat is this device's as it stands: nothing is to be bound, and nothing is missing. */
export const isProvenFor = (seat: Seat, proofKey: string | undefined): boolean => seat.proofKey === proofKey;

/** Whether whoever names a seat's device by its id, and proves this key, is that device. */
export const isOwnedBy = (seat: Seat, proofKey: string | undefined): boolean =>
  seat.proofKey === undefined || isProvenFor(seat, proofKey);

/** Decides whether a device gets a seat. One that has a seat keeps it, whatever the limit says. */
export function claimSeat(
  { license, named, longestUnseen }: SeatView,
  { handle, label, replace, proofKey }: Claim,
  maxDevices: number,
  rules: SeatRules,
  now: number,
): { change?: SeatChange; outcome: ClaimOutcome } {
  const held = named.get(handle);
  if (held) return keepSeat(held, proofKey, license.devicesUsed);

  const replaced = replace !== undefined && named.has(replace) ? [replace] : [];
  const missing = license.devicesUsed - replaced.length + 1 - maxDevices;
  const unseen = missing > 0 ? longestUnseen() : [];
  const idle = idleSeats(unseen, rules, now)
    .filter((seat) => seat.handle !== replace)
    .slice(0, Math.max(missing, 0));
  if (missing > idle.length) return { outcome: { kind: 'full', devicesUsed: license.devicesUsed } };

  const day = newDeviceToday(license, maxDevices, rules, now);
  if (day.retryAfterMs !== undefined)
    return { outcome: { kind: 'too_many_new', retryAfterMs: day.retryAfterMs } };

  const released = [...replaced, ...idle.map((seat) => seat.handle)];
  const take = { handle, label, firstSeen: now, lastSeen: now, proofKey };
  const devicesUsed = license.devicesUsed - released.length + 1;
  return {
    change: { release: released, take, counted: day.counted },
    outcome: { kind: 'seated', isNew: true, devicesUsed, released },
  };
}

/** A seat from before the device had a key is bound to the first one that is proved for it. */
function keepSeat(
  seat: Seat,
  proofKey: string | undefined,
  devicesUsed: number,
): ReturnType<typeof claimSeat> {
  const outcome = { kind: 'seated', isNew: false, devicesUsed, released: [] } as const;
  if (isProvenFor(seat, proofKey)) return { outcome };
  if (!isOwnedBy(seat, proofKey)) return { outcome: { kind: 'unproven' } };
  return { change: { release: [seat.handle], take: { ...seat, proofKey } }, outcome };
}

export type ReleaseOutcome = { readonly kind: 'deactivated'; readonly wasSeated: boolean } | Unproven;

/**
 * @param isItself the device gives back the seat that it says is its own. Others name it by its handle and need no proof:
 *   whoever has the key may free a lost device's seat.
 */
export function releaseSeat(
  seat: Seat | undefined,
  isItself: boolean,
  proofKey: string | undefined,
): { change?: SeatChange; outcome: ReleaseOutcome } {
  if (!seat) return { outcome: { kind: 'deactivated', wasSeated: false } };
  if (isItself && !isOwnedBy(seat, proofKey)) return { outcome: { kind: 'unproven' } };
  return { change: { release: [seat.handle] }, outcome: { kind: 'deactivated', wasSeated: true } };
}

const idleSeats = (seats: readonly Seat[], { idleMs }: SeatRules, now: number): readonly Seat[] =>
  idleMs === 0 ? [] : seats.filter((seat) => now - seat.lastSeen >= idleMs);

/** A day starts with its first new device. A license with more seats than the rule has may fill them in one day. */
function newDeviceToday(
  { newDevicesSince, newDevices }: SeatView['license'],
  maxDevices: number,
  { newPerDay }: SeatRules,
  now: number,
) {
  const isSameDay = now - newDevicesSince < DAY_MS && now >= newDevicesSince;
  const counted = isSameDay
    ? { newDevicesSince, newDevices: newDevices + 1 }
    : { newDevicesSince: now, newDevices: 1 };
  const isOver = newPerDay > 0 && counted.newDevices > Math.max(newPerDay, maxDevices);
  return { counted, retryAfterMs: isOver ? newDevicesSince + DAY_MS - now : undefined };
}
