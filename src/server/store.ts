// The store's port: what the server keeps about licenses and seats, and what every store guarantees.
// The stores themselves are in stores/; none of them decides anything.

/** What a license key stands for. The key itself is never kept, only its HMAC. */
export interface License {
  /** Opaque public reference, a random UUID; leases carry it as `sub`. */
  readonly id: string;
  /** normalised slug */
  readonly product: string;
  readonly keyHash: string;
  readonly licenseName: string;
  readonly productName?: string | undefined;
  readonly variant?: string | undefined;
  /** When the marketplace last said `valid`, in ms since 1970, as all times here. */
  readonly verifiedAt: number;
  /** The first `invalid` after the last `valid`, as long as a second one has not confirmed it. */
  readonly invalidSince?: number | undefined;
  /** Confirmed invalid: no longer licensed, nothing deleted. */
  readonly revokedAt?: number | undefined;
  /** The seller's own decision; only the seller lifts it. */
  readonly bannedAt?: number | undefined;
  /** Seats taken. The store counts along, so that reading it costs the same for one device and for a thousand. */
  readonly devicesUsed: number;
  /** When the present day of counting new devices began, and how many have come since. */
  readonly newDevicesSince: number;
  readonly newDevices: number;
}

/** A device's place under a license. */
export interface Seat {
  /** Names the device and reveals nothing about its id, see identity.ts. */
  readonly handle: string;
  readonly label: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The RFC 7638 thumbprint of the key that the device has to prove; without one its id alone is enough. */
  readonly proofKey?: string | undefined;
}

/** The part of a license that a marketplace verdict or the seller changes; the rest belongs to the seats. */
export type LicenseDraft = Omit<License, 'devicesUsed' | 'newDevicesSince' | 'newDevices'>;

/** The license that a draft makes of the one that is there. */
export const withDraft = (current: License | undefined, draft: LicenseDraft): License => ({
  devicesUsed: current?.devicesUsed ?? 0,
  newDevicesSince: current?.newDevicesSince ?? 0,
  newDevices: current?.newDevices ?? 0,
  id: draft.id,
  product: draft.product,
  keyHash: draft.keyHash,
  licenseName: draft.licenseName,
  productName: draft.productName,
  variant: draft.variant,
  verifiedAt: draft.verifiedAt,
  invalidSince: draft.invalidSince,
  revokedAt: draft.revokedAt,
  bannedAt: draft.bannedAt,
});

/** What a decision about seats may look at: the locked license and at most {@link SEATS_SHOWN} of its seats. */
export interface SeatView {
  readonly license: License;
  /** Those of the asked-for handles that hold a seat. */
  readonly named: ReadonlyMap<string, Seat>;
  /**
   * The longest unseen first; read only when it is asked for, because few decisions need it. Where reading takes its
   * time, none are shown at first, and the decision is made again with them.
   */
  longestUnseen(): readonly Seat[];
}

export interface SeatChange {
  readonly release?: readonly string[];
  readonly take?: Seat;
  readonly counted?: Pick<License, 'newDevicesSince' | 'newDevices'>;
}

/** Something that all processes have to know for a while, e.g. what is left of the marketplace's budget. */
export interface Note {
  readonly value: string;
  /** From then on it counts as absent, in ms since 1970. */
  readonly until: number;
}

/** One more in a window of time: when the window began, and how many it holds now. */
export interface WindowCount {
  readonly from: number;
  readonly count: number;
}

/** How many licenses of a product stand alike, and the seats that they hold. */
export interface LicenseCount {
  readonly product: string;
  /** `doubted`: called invalid once, which has not been confirmed */
  readonly standing: 'licensed' | 'doubted' | 'revoked' | 'banned';
  readonly licenses: number;
  readonly seats: number;
}

/** A decision runs inside the transaction, so it is synchronous and pure; it may run again after a conflict. */
export type DecideLicense<R> = (license: License | undefined) => { save?: LicenseDraft; outcome: R };
export type DecideSecret = (current: string | undefined) => string;
/** What a note says from now on, and until when; without `save` it stays as it is. */
export type DecideNote<R> = (value: string | undefined) => { save?: Note; outcome: R };
export type DecideSeats<R> = (view: SeatView) => { change?: SeatChange; outcome: R };

/** More seats than this are neither listed to a buyer nor looked at for one that gives way. */
export const SEATS_SHOWN = 100;

/**
 * Every store guarantees:
 * - `changeLicense` and `changeSeats` are atomic for their license across all processes on the same database:
 *   no other change of it happens between what the decision saw and what is written;
 * - what they have acknowledged survives a killed process, and a power cut where the store is durable at all;
 * - `devicesUsed` is the number of seats, always;
 * - a failure rejects and leaves everything as it was.
 *
 * One contract test checks them all (test/server/store.test.ts).
 */
export interface LicenseStore {
  findLicense(product: string, keyHash: string): Promise<License | undefined>;
  findSeat(licenseId: string, handle: string): Promise<Seat | undefined>;
  /** The most recently seen first, at most {@link SEATS_SHOWN}. */
  listSeats(licenseId: string): Promise<readonly Seat[]>;
  /** Notes a visit. A device without a seat is left without one. */
  touchSeat(licenseId: string, seat: Pick<Seat, 'handle' | 'label' | 'lastSeen'>): Promise<void>;

  /** Reads a license, decides, and writes it; the license's seats stay as they are. */
  changeLicense<R>(product: string, keyHash: string, decide: DecideLicense<R>): Promise<R>;
  /** Locks an existing license, decides about its seats, and writes. */
  changeSeats<R>(licenseId: string, handles: readonly string[], decide: DecideSeats<R>): Promise<R>;

  /** The secret of that name; `fresh` becomes it where there is none yet. All processes get the same one. */
  keepSecret(name: string, fresh: string): Promise<string>;
  findSecret(name: string): Promise<string | undefined>;
  /**
   * Writes what the decision makes of the secret of that name, atomically across all processes on the same database:
   * of two changes at the same time, one decides upon what the other has written.
   *
   * @returns the secret as it is now
   */
  changeSecret(name: string, decide: DecideSecret): Promise<string>;

  /** What the note of that name says now. */
  findNote(name: string, now: number): Promise<string | undefined>;
  /** Reads a note, decides, and writes it; atomic across all processes on the same database. */
  changeNote<R>(name: string, now: number, decide: DecideNote<R>): Promise<R>;
  /**
   * Counts one more in the window of that name, which begins anew when it is over. Only stores that processes on
   * several machines share have it; elsewhere each process counts in its own memory, which costs nothing.
   */
  readonly countWindow?: (name: string, windowMs: number, now: number) => Promise<WindowCount>;

  /**
   * Differs from what it was as soon as anybody, in whatever process, has changed a license or a seat. Only stores
   * have it in which asking for it costs less than reading.
   */
  readonly version?: () => number;

  /**
   * Counts all licenses; a look at each of them, so not for every request. Without it `/metrics` does not say how many
   * there are.
   */
  readonly countLicenses?: () => Promise<readonly LicenseCount[]>;

  /** Rejects where the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
