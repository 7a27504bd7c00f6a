// What a license server answers, as a client reads it: only what decides is required, so that every server
// that keeps the marketplace's guide is understood. An optional field of a wrong kind counts as absent.
import * as z from 'zod/mini';

const lenient = <T extends z.ZodMiniType>(schema: T) => z.catch(z.optional(schema), undefined);
const text = lenient(z.string());
const count = lenient(z.number());
/** How many devices may use the license at once. */
const maxDevices = lenient(z.union([z.number(), z.literal('unlimited')]));

const Device = z.object({
  /** Names the device in `replaceDevice` and `device`; reveals nothing about its id. */
  handle: z.string(),
  label: z.string(),
  /** ISO 8601 UTC */
  firstSeen: text,
  /** ISO 8601 UTC */
  lastSeen: text,
  thisDevice: lenient(z.boolean()),
});

const devices = lenient(z.array(Device));

export const ActivateAnswer = z.object({
  activated: z.literal(true),
  licenseName: text,
  productName: text,
  variant: text,
  devicesUsed: count,
  maxDevices,
  /** JWS, see server/leases.ts */
  lease: text,
  /** whole seconds */
  recheckAfter: count,
  /** ISO 8601 UTC */
  serverTime: text,
});

export const StatusAnswer = z.object({
  activated: z.boolean(),
  licenseName: text,
  devicesUsed: count,
  maxDevices,
  devices,
});

export const RefusalAnswer = z.object({
  error: text,
  code: text,
  /** whole seconds */
  retryAfter: count,
  requestId: text,
  currentDevices: count,
  maxDevices,
  devices,
});

export type Device = z.infer<typeof Device>;
export type ActivateAnswer = z.infer<typeof ActivateAnswer>;
export type StatusAnswer = z.infer<typeof StatusAnswer>;
export type RefusalAnswer = z.infer<typeof RefusalAnswer>;
