// What a device's proof covers of the request that carries it: both sides must write it down letter by letter alike.

/** The part of a request that decides about a seat. */
export interface ProvenRequest {
  readonly licenseKey: string;
  readonly deviceId: string;
  readonly product?: string | undefined;
  /** The device that gives its seat to this one. */
  readonly replaceDevice?: string | undefined;
}

/** What the proof's claim `req` is the SHA-256 of, in base64url. */
export const provenText = ({ licenseKey, deviceId, product, replaceDevice }: ProvenRequest): string =>
  JSON.stringify([licenseKey, deviceId, product ?? null, replaceDevice ?? null]);
