// Types for React 19: `import 'license-gate-kit/react'` once, anywhere in the app.

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { LicenseFeature, LicenseGate } from '../element/index.ts';
import type {
  LicenseFeatureAttributes,
  LicenseGateAttributes,
  LicenseGateProperties,
  Listeners,
} from './attributes.ts';

type Html<Element> = DetailedHTMLProps<HTMLAttributes<Element>, Element>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'license-gate': Html<LicenseGate> & LicenseGateAttributes & LicenseGateProperties & Listeners<'on'>;
      'license-feature': Html<LicenseFeature> & LicenseFeatureAttributes;
    }
  }
}
