// Registers the tags. The only module whose import does something by itself.

import { LicenseFeature, LicenseGate } from './element/index.ts';

// A page may hold two copies of this file: the first one registers both, since a feature only knows the gates of its
// own copy. A tag that the page has already keeps its class. On a server there is nothing to register with.
if (globalThis.customElements && !customElements.get('license-gate')) {
  customElements.define('license-gate', LicenseGate);
  if (!customElements.get('license-feature')) customElements.define('license-feature', LicenseFeature);
}

export * from './element/index.ts';
