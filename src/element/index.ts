export { LicenseGate } from './license-gate.ts';
export { LicenseFeature } from './license-feature.ts';
export { registerTags } from './register.ts';
export { LicenseActivateEvent, LicenseGateEvent, type LicenseGateEventMap } from './events.ts';
export { ENGLISH, type Strings } from './text.ts';
