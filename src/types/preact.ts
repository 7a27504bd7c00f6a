// Types for Preact: `import 'license-gate-kit/preact'` once, anywhere in the app.

import type { HTMLAttributes } from 'preact';
import type { LicenseFeature, LicenseGate } from '../element/index.ts';
import type {
  LicenseFeatureAttributes,
  LicenseGateAttributes,
  LicenseGateProperties,
  Listeners,
} from './attributes.ts';

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'license-gate': HTMLAttributes<LicenseGate> &
        LicenseGateAttributes &
        LicenseGateProperties &
        Listeners<'on'>;
      'license-feature': HTMLAttributes<LicenseFeature> & LicenseFeatureAttributes;
    }
  }
}
