// An element's account of a license: the latest snapshot, as read-only properties.

import type { License, LicenseSnapshot } from '../client/index.ts';
import { INITIAL_SNAPSHOT } from '../client/opening.ts';
import { SettingsElement } from './settings-element.ts';

export abstract class SnapshotElement extends SettingsElement {
  /** @internal */
  protected snapshot = INITIAL_SNAPSHOT;

  /** What is known: `unknown`, `locked`, `unlocked`, or `grace` (open, though the server cannot be asked). */
  get access(): LicenseSnapshot['access'] {
    return this.snapshot.access;
  }

  /** What is being done: `idle`, `activating`, `checking`, `releasing` or `waiting` for the next try. */
  get activity(): LicenseSnapshot['activity'] {
    return this.snapshot.activity;
  }

  /** What is licensed: its name, product, variant, devices, and the key as far as it may be shown. */
  get license(): License | undefined {
    return this.snapshot.license;
  }

  /** The code of why it is locked, or of what the last attempt failed on. */
  get reason(): LicenseSnapshot['reason'] {
    return this.snapshot.reason;
  }

  /** How long the app stays open without the server. */
  get graceEndsAt(): Date | undefined {
    return this.snapshot.graceEndsAt;
  }

  /** Who holds the seats, where this device was refused one. */
  get devices(): LicenseSnapshot['devices'] {
    return this.snapshot.devices;
  }

  /** Where the license is kept; with `memory` the browser forgets it. */
  get storageMode(): LicenseSnapshot['storageMode'] {
    return this.snapshot.storageMode;
  }

  /** The server's signed statement, to send to your own API. */
  get lease(): string | undefined {
    return this.snapshot.lease;
  }
}
