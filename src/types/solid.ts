// Types for Solid: `import 'license-gate-kit/solid'` once, anywhere in the app.

import type { JSX as Solid } from 'solid-js';
import type { LicenseFeature, LicenseGate } from '../element/index.ts';
import type {
  LicenseFeatureAttributes,
  LicenseGateAttributes,
  LicenseGateProperties,
  Listeners,
} from './attributes.ts';

type Html<Element> = Solid.HTMLAttributes<Element>;

/** Solid sets attributes unless told otherwise. */
type Properties<Given> = { [Name in keyof Given & string as `prop:${Name}`]?: Given[Name] };

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'license-gate': Html<LicenseGate> &
        LicenseGateAttributes &
        Properties<LicenseGateProperties> &
        Listeners<'on:'>;
      'license-feature': Html<LicenseFeature> & LicenseFeatureAttributes;
    }
  }
}
