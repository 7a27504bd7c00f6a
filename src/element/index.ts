export { LicenseGate } from './license-gate.ts';
export { LicenseActivateEvent, LicenseGateEvent, type LicenseGateEventMap } from './events.ts';
export { ENGLISH, type Strings } from './text.ts';
