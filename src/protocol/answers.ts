// What a license server answers, as a client reads it: only what decides is required, so that every server
// that keeps the marketplace's guide is understood.

import { LICENSE_FIELDS, maxDevices } from './license-fields.ts';
import { count, exactly, fields, flag, listOf, text, type Read } from './shape.ts';

const Device = fields(
  {
    /** Names the device in `replaceDevice` and `device`; reveals nothing about its id. */
    handle: text,
    label: text,
  },
  {
    /** ISO 8601 UTC */
    firstSeen: text,
    /** ISO 8601 UTC */
    lastSeen: text,
    thisDevice: flag,
  },
);

export const ActivateAnswer = fields(
  { activated: exactly(true) },
  {
    ...LICENSE_FIELDS,
    /** JWS, see server/leases.ts */
    lease: text,
    /** whole seconds */
    recheckAfter: count,
    /** ISO 8601 UTC */
    serverTime: text,
  },
);

export const DeactivateAnswer = fields({ deactivated: exactly(true) }, {});

export const StatusAnswer = fields(
  { activated: flag },
  { licenseName: text, devicesUsed: count, maxDevices, devices: listOf(Device) },
);

export const RefusalAnswer = fields(
  {},
  {
    error: text,
    code: text,
    /** whole seconds */
    retryAfter: count,
    requestId: text,
    maxDevices,
    devices: listOf(Device),
    /** ISO 8601 UTC; with `proof_invalid`, since the device's clock may be why */
    serverTime: text,
  },
);

export type Device = Read<typeof Device>;
export type ActivateAnswer = Read<typeof ActivateAnswer>;
export type DeactivateAnswer = Read<typeof DeactivateAnswer>;
export type StatusAnswer = Read<typeof StatusAnswer>;
export type RefusalAnswer = Read<typeof RefusalAnswer>;
