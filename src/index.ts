// Registers the tags. The only module whose import does something by itself.

import { LicenseFeature, LicenseGate } from './element/index.ts';

// A page may hold two copies of this file: the first one registers both. On a server there is nothing to register with.
if (globalThis.customElements && !customElements.get('license-gate')) {
  customElements.define('license-gate', LicenseGate);
  customElements.define('license-feature', LicenseFeature);
}

export * from './element/index.ts';
