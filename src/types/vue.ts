// Types for Vue 3's templates: `import 'license-gate-kit/vue'` once, anywhere in the app.

import type { HTMLAttributes, PublicProps } from 'vue';
import type { LicenseFeature, LicenseGate, LicenseGateEventMap } from '../element/index.ts';
import type { LicenseFeatureAttributes, LicenseGateAttributes, LicenseGateProperties } from './attributes.ts';

/** As Vue's guide describes an element to its templates: `$props` is what a template may bind. */
type Tag<Element, Props> = new () => Element & { $props: HTMLAttributes & PublicProps & Props };

/** Vue's checker makes `seatPolicy` of `seat-policy`; in the page it stays the attribute that was written. */
type Bindings<Given> = { [Name in keyof Given as Camel<Name & string>]: Given[Name] };

/** Vue makes `onLicenseUnlocked` of `@license-unlocked`. */
type Listeners = {
  [Type in keyof LicenseGateEventMap as `on${Pascal<Type>}`]?:
    ((event: LicenseGateEventMap[Type]) => void) | undefined;
};

type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Pascal<Rest>}`
  : Name;

type Pascal<Name extends string> = Capitalize<Camel<Name>>;

declare module 'vue' {
  interface GlobalComponents {
    'license-gate': Tag<LicenseGate, Bindings<LicenseGateAttributes> & LicenseGateProperties & Listeners>;
    'license-feature': Tag<LicenseFeature, Bindings<LicenseFeatureAttributes>>;
  }
}
