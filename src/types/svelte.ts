// Types for Svelte 5: `import 'license-gate-kit/svelte'` once, e.g. in app.d.ts.

import type { HTMLAttributes } from 'svelte/elements';
import type { LicenseFeature, LicenseGate } from '../element/index.ts';
import type {
  LicenseFeatureAttributes,
  LicenseGateAttributes,
  LicenseGateProperties,
  Listeners,
} from './attributes.ts';

type Html<Element extends EventTarget> = HTMLAttributes<Element>;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'license-gate': Html<LicenseGate> & LicenseGateAttributes & LicenseGateProperties & Listeners<'on'>;
    'license-feature': Html<LicenseFeature> & LicenseFeatureAttributes;
  }
}
