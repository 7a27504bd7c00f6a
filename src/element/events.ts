// What the gate tells its page. All events bubble and cross shadow roots. A plain form (`license-activate`,
// `license-lock`) is about to happen and can be canceled; a past form has happened.

import type { LicenseSnapshot } from '../client/index.ts';

export class LicenseGateEvent extends Event {
  /** The state that the event is about; for `license-lock` the one that is about to come. */
  declare readonly snapshot: LicenseSnapshot;

  constructor(type: string, snapshot: LicenseSnapshot, cancelable = false) {
    super(type, { bubbles: true, composed: true, cancelable });
    this.snapshot = snapshot;
  }

  get access() {
    return this.snapshot.access;
  }

  get license() {
    return this.snapshot.license;
  }

  get reason() {
    return this.snapshot.reason;
  }

  /** With `license-error`: what did not succeed. */
  get problem() {
    return this.snapshot.problem;
  }
}

/** A key is about to be sent to the license server. */
export class LicenseActivateEvent extends LicenseGateEvent {
  declare readonly licenseKey: string;

  constructor(snapshot: LicenseSnapshot, licenseKey: string) {
    super('license-activate', snapshot, true);
    this.licenseKey = licenseKey;
  }
}

export interface LicenseGateEventMap {
  'license-ready': LicenseGateEvent;
  'license-changed': LicenseGateEvent;
  'license-unlocked': LicenseGateEvent;
  'license-locked': LicenseGateEvent;
  'license-activate': LicenseActivateEvent;
  'license-activated': LicenseGateEvent;
  'license-deactivated': LicenseGateEvent;
  'license-lock': LicenseGateEvent;
  'license-error': LicenseGateEvent;
}

// They bubble and cross shadow roots: whatever stands around a gate may listen, up to the document and the window.
declare global {
  interface GlobalEventHandlersEventMap extends LicenseGateEventMap {}
}
