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
import { USED_BEFORE, type BadProof, type ProofReader } from './device-proof.ts';
import { handleOf, type HashKey } from './identity.ts';
import type { Leases } from './leases.ts';
import {
  claimSeat,
  isOwnedBy,
  isProvenFor,
  releaseSeat,
  seatsOf,
  type ReleaseOutcome,
  type Unproven,
} from './licensing.ts';
import { keyReference, type Log } from './log.ts';
import { redactKeys } from './redact.ts';
import type { License, LicenseStore, Seat } from './store.ts';
import type { Admit, Checked, Verification } from './verification.ts';
import type { Subject } from './verifier.ts';

/** A visit is written down once in this time: it is for people to read, and for devices unseen for weeks. */
const VISIT_MS = 3_600_000;

export interface SeatList {
  readonly seats: readonly Seat[];
  /** the handle of the device that asks */
  readonly asking: string;
}

export interface Activated {
  readonly kind: 'activated';
  readonly license: License;
  /** It took a seat just now. */
  readonly isNew: boolean;
  readonly devicesUsed: number;
  readonly maxDevices: number;
  readonly lease: string;
}

export type ActivateOutcome =
  | Activated
  | {
      readonly kind: 'full';
      readonly devicesUsed: number;
      readonly maxDevices: number;
      readonly list: SeatList;
    }
  | { readonly kind: 'too_many_new'; readonly retryAfterMs: number }
  | Unproven
  | BadProof
  | Exclude<Checked, { kind: 'licensed' }>;

export type DeactivateOutcome = ReleaseOutcome | BadProof;

export type StatusOutcome =
  | { readonly kind: 'not_activated' }
  | BadProof
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
  deactivate(product: Product, request: DeactivateRequest): Promise<DeactivateOutcome>;
  status(product: Product, request: StatusRequest, admitKey: AdmitKey): Promise<StatusOutcome>;
}

/** Says how long to wait where too much is asked about one key; the key is named by its hash. */
export type AdmitKey = (keyHash: string) => ReturnType<Admit>;

export interface CounterOptions {
  readonly store: LicenseStore;
  readonly verification: Verification;
  readonly hashKey: HashKey;
  readonly proofs: ProofReader;
  readonly leases: Leases;
  readonly rules: SeatRules;
  readonly now: () => number;
  readonly log: Log;
}

export function createCounter(options: CounterOptions): Counter {
  const { store, verification, hashKey, proofs, leases, rules, now, log } = options;
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
    const visit = { handle: seat.handle, label: label || seat.label, lastSeen: time };
    // Nobody is turned away because it cannot be written down that they came.
    await store.touchSeat(license.id, visit).catch((cause: unknown) => {
      log('warn', 'visit_not_noted', { key: keyReference(license.keyHash), cause: String(cause) });
    });
  }

  return {
    async activate(product, request, admit) {
      const { licenseKey, deviceId, deviceLabel = '', replaceDevice } = request;
      const proof = await proofs.read('/activate', request);
      if (proof?.kind === 'bad_proof') return proof;
      const subject = await subjectOf(product, licenseKey);
      if (!subject) return { kind: 'refused', code: 'license_invalid' };
      const checked = await verification.check(subject, admit);
      if (checked.kind !== 'licensed') return checked;
      if (proof && !(await proof.spend())) return USED_BEFORE;
      if (!proof && product.deviceProof === 'required') return { kind: 'unproven' };

      const { license } = checked;
      const proofKey = proof?.key;
      const maxDevices = limitOf(product, license);
      const handle = await handleOf(license.id, deviceId);
      const label = labelOf(deviceLabel);
      const seat = await store.findSeat(license.id, handle);
      let { devicesUsed } = license;
      let isNew = false;
      if (seat && isProvenFor(seat, proofKey)) {
        await noteVisit(license, seat, label);
      } else {
        const claim = { handle, label, replace: replaceDevice, proofKey };
        const handles = replaceDevice === undefined ? [handle] : [handle, replaceDevice];
        const outcome = await store.changeSeats(license.id, handles, (view) =>
          claimSeat(view, claim, limitOf(product, view.license), rules, now()),
        );
        if (outcome.kind === 'too_many_new' || outcome.kind === 'unproven') return outcome;
        if (outcome.kind === 'full') {
          const list = { seats: await store.listSeats(license.id), asking: handle };
          return { ...outcome, maxDevices, list };
        }
        for (const released of outcome.released) leases.forget(license.id, released);
        ({ devicesUsed, isNew } = outcome);
      }
      const lease = await leases.issue(license, handle, proofKey);
      return { kind: 'activated', license, isNew, devicesUsed, maxDevices, lease };
    },

    async deactivate(product, request) {
      const isItself = 'deviceId' in request;
      const proof = isItself ? await proofs.read('/deactivate', request) : undefined;
      if (proof?.kind === 'bad_proof') return proof;
      const subject = await subjectOf(product, request.licenseKey);
      const license = subject && (await store.findLicense(product.name, subject.keyHash));
      if (!license) return { kind: 'deactivated', wasSeated: false };
      if (proof && !(await proof.spend())) return USED_BEFORE;
      const handle = isItself ? await handleOf(license.id, request.deviceId) : request.device;
      const outcome = await store.changeSeats(license.id, [handle], ({ named }) =>
        releaseSeat(named.get(handle), isItself, proof?.key),
      );
      if (outcome.kind === 'deactivated') leases.forget(license.id, handle);
      return outcome;
    },

    async status(product, request, admitKey) {
      const { licenseKey, deviceId } = request;
      const proof =
        deviceId === undefined ? undefined : await proofs.read('/status', { ...request, deviceId });
      if (proof?.kind === 'bad_proof') return proof;
      const subject = await subjectOf(product, licenseKey);
      if (!subject) return { kind: 'not_activated' };
      const retryAfterMs = await admitKey(subject.keyHash);
      if (retryAfterMs !== undefined) return { kind: 'limited', retryAfterMs };
      const license = await store.findLicense(product.name, subject.keyHash);
      if (!license || license.revokedAt !== undefined || license.bannedAt !== undefined)
        return { kind: 'not_activated' };
      if (proof && !(await proof.spend())) return USED_BEFORE;
      verification.refresh(subject, license);
      const maxDevices = limitOf(product, license);
      const asking = deviceId === undefined ? undefined : await handleOf(license.id, deviceId);
      const seat = asking === undefined ? undefined : await store.findSeat(license.id, asking);
      const isSeated = seat !== undefined && isOwnedBy(seat, proof?.key);
      const list = isSeated ? { seats: await store.listSeats(license.id), asking: seat.handle } : undefined;
      return { kind: 'activated', license, maxDevices, list };
    },
  };
}

/** One short line without a key in it, whatever was sent. */
const labelOf = (text: string): string =>
  redactKeys(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').toWellFormed())
    .trim()
    .slice(0, DEVICE_LABEL_LENGTH)
    .toWellFormed();
