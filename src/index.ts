// Registers the tags. The only module whose import does something by itself.

import { LicenseGate } from './element/index.ts';

// A page may hold two copies of this file: the first one registers.
if (!customElements.get('license-gate')) customElements.define('license-gate', LicenseGate);

export * from './element/index.ts';
