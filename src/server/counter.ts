// The counter where licenses are served: activates, releases and reports, by asking verification, the seat rules
// and the store in turn. It knows nothing of HTTP; every expected refusal is an outcome.

import {
  DEVICE_LABEL_LENGTH,
  normalizeKey,
  type ActivateRequest,
  type DeactivateRequest,
  type StatusRequest,
} from '../protocol/index.ts';
import type { Product, SeatRules } from './settings.ts';
import { handleOf, type HashKey } from './identity.ts';
import type { Leases } from './leases.ts';
import { claimSeat, seatsOf } from './licensing.ts';
import type { Log } from './log.ts';
import type { License, LicenseStore, Seat } from './store.ts';
import type { Admit, Checked, Subject, Verification } from './verification.ts';

/** A visit is written down once in this time: it is for people to read, and for devices unseen for weeks. */
const VISIT_MS = 3_600_000;

export interface SeatList {
  readonly seats: readonly Seat[];
  /** the handle of the device that asks */
  readonly asking: string;
}

export type ActivateOutcome =
  | {
      readonly kind: 'activated';
      readonly license: License;
      /** It took a seat just now. */
      readonly isNew: boolean;
      readonly devicesUsed: number;
      readonly maxDevices: number;
      readonly lease: string;
    }
  | {
      readonly kind: 'full';
      readonly devicesUsed: number;
      readonly maxDevices: number;
      readonly list: SeatList;
    }
  | { readonly kind: 'too_many_new'; readonly retryAfterMs: number }
  | Exclude<Checked, { kind: 'licensed' }>;

export type StatusOutcome =
  | { readonly kind: 'not_activated' }
  | Extract<Checked, { kind: 'limited' }>
  | {
      readonly kind: 'activated';
      readonly license: License;
      readonly maxDevices: number;
      /** only for a device that holds a seat */
      readonly list?: SeatList | undefined;
    };

export interface Counter {
  activate(product: Product, request: ActivateRequest, admit: Admit): Promise<ActivateOutcome>;
  /** @returns whether the device held a seat */
  deactivate(product: Product, request: DeactivateRequest): Promise<boolean>;
  status(product: Product, request: StatusRequest, admitKey: AdmitKey): Promise<StatusOutcome>;
}

/** Says how long to wait where too much is asked about one key; the key is named by its hash. */
export type AdmitKey = (keyHash: string) => ReturnType<Admit>;

export interface CounterOptions {
  readonly store: LicenseStore;
  readonly verification: Verification;
  readonly hashKey: HashKey;
  readonly leases: Leases;
  readonly rules: SeatRules;
  readonly now: () => number;
  readonly log: Log;
}

export function createCounter(options: CounterOptions): Counter {
  const { store, verification, hashKey, leases, rules, now, log } = options;
  const warned = new Set<string>();

  /** `undefined` for text that holds no key: nobody needs to be asked about it. */
  async function subjectOf(product: Product, licenseKey: string): Promise<Subject | undefined> {
    const key = normalizeKey(licenseKey);
    return key === undefined ? undefined : { product, key, keyHash: await hashKey(key) };
  }

  function limitOf(product: Product, { licenseName }: License): number {
    if (
      !product.seats.has(licenseName) &&
      warned.size < 100 &&
      !warned.has(`${product.name} ${licenseName}`)
    ) {
      warned.add(`${product.name} ${licenseName}`);
      log('warn', 'unknown_license_name', {
        product: product.name,
        licenseName,
        seats: product.defaultSeats,
      });
    }
    return seatsOf(product, licenseName);
  }

  async function noteVisit(license: License, seat: Seat, label: string): Promise<void> {
    const time = now();
    if (time - seat.lastSeen < VISIT_MS) return;
    await store.touchSeat(license.id, { handle: seat.handle, label: label || seat.label, lastSeen: time });
  }

  return {
    async activate(product, { licenseKey, deviceId, deviceLabel = '', replaceDevice }, admit) {
      const subject = await subjectOf(product, licenseKey);
      if (!subject) return { kind: 'refused', code: 'license_invalid' };
      const checked = await verification.check(subject, admit);
      if (checked.kind !== 'licensed') return checked;

      const { license } = checked;
      const maxDevices = limitOf(product, license);
      const handle = await handleOf(license.id, deviceId);
      const label = labelOf(deviceLabel);
      const seat = await store.findSeat(license.id, handle);
      let { devicesUsed } = license;
      if (seat) {
        await noteVisit(license, seat, label);
      } else {
        const claim = { handle, label, replace: replaceDevice };
        const handles = replaceDevice === undefined ? [handle] : [handle, replaceDevice];
        const outcome = await store.changeSeats(license.id, handles, (view) =>
          claimSeat(view, claim, limitOf(product, view.license), rules, now()),
        );
        if (outcome.kind === 'too_many_new') return outcome;
        if (outcome.kind === 'full') {
          const list = { seats: await store.listSeats(license.id), asking: handle };
          return { ...outcome, maxDevices, list };
        }
        for (const released of outcome.released) leases.forget(license.id, released);
        devicesUsed = outcome.devicesUsed;
      }
      const lease = await leases.issue(license, handle);
      return { kind: 'activated', license, isNew: !seat, devicesUsed, maxDevices, lease };
    },

    async deactivate(product, request) {
      const subject = await subjectOf(product, request.licenseKey);
      const license = subject && (await store.findLicense(product.name, subject.keyHash));
      if (!license) return false;
      const handle = 'device' in request ? request.device : await handleOf(license.id, request.deviceId);
      const wasSeated = await store.changeSeats(license.id, [handle], ({ named }) => ({
        ...(named.has(handle) ? { change: { release: [handle] } } : {}),
        outcome: named.has(handle),
      }));
      leases.forget(license.id, handle);
      return wasSeated;
    },

    async status(product, { licenseKey, deviceId }, admitKey) {
      const subject = await subjectOf(product, licenseKey);
      if (!subject) return { kind: 'not_activated' };
      const retryAfterMs = await admitKey(subject.keyHash);
      if (retryAfterMs !== undefined) return { kind: 'limited', retryAfterMs };
      const license = await store.findLicense(product.name, subject.keyHash);
      if (!license || license.revokedAt !== undefined || license.bannedAt !== undefined)
        return { kind: 'not_activated' };
      verification.refresh(subject, license);
      const maxDevices = limitOf(product, license);
      const asking = deviceId === undefined ? undefined : await handleOf(license.id, deviceId);
      const isSeated = asking !== undefined && (await store.findSeat(license.id, asking)) !== undefined;
      const list = isSeated ? { seats: await store.listSeats(license.id), asking } : undefined;
      return { kind: 'activated', license, maxDevices, list };
    },
  };
}

/** One short line, whatever was sent. */
const labelOf = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .toWellFormed()
    .trim()
    .slice(0, DEVICE_LABEL_LENGTH)
    .toWellFormed();
