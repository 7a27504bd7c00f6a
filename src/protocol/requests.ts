// What a client may ask of a license server. Only servers parse requests, so browsers never load this file.
import * as z from 'zod/mini';
import { catch as orElse } from 'zod/mini';

/** Text that a database can hold: no NUL, no half of a surrogate pair. */
const storable = z.refine<string>((value) => !value.includes('\0') && value.isWellFormed());
const text = (longest: number) => z.string().check(z.minLength(1), z.maxLength(longest), storable);

const licenseKey = text(4096);
const product = z.optional(text(210));
/** A device's name in a list: `handle` from an earlier answer, never a device id. */
const handle = text(64);
export const DEVICE_LABEL_LENGTH = 80;
/** A device's proof that it is the one it names, see server/device-proof.ts. */
const proof = z.optional(text(2048));

export const ActivateRequest = z.object({
  licenseKey,
  deviceId: text(255),
  product,
  /** What the buyer reads in a device list, e.g. "Chrome on Mac". */
  deviceLabel: z.optional(orElse(z.string().check(storable), '')),
  /** The device that gives its seat to this one, in the same step. */
  replaceDevice: z.optional(handle),
  proof,
});

export const DeactivateRequest = z.union([
  z.object({ licenseKey, product, device: handle }),
  z.object({ licenseKey, product, deviceId: text(255), proof }),
]);

export const StatusRequest = z.object({ licenseKey, product, deviceId: z.optional(text(255)), proof });

export type ActivateRequest = z.infer<typeof ActivateRequest>;
export type DeactivateRequest = z.infer<typeof DeactivateRequest>;
export type StatusRequest = z.infer<typeof StatusRequest>;
