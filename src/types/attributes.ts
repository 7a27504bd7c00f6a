// What the tags may be given in markup, for the types of all frameworks. Names are those of the attributes: a framework
// that renders on a server writes them as they are.

import type { LicenseFeature, LicenseGate, LicenseGateEventMap } from '../element/index.ts';

export interface LicenseGateAttributes {
  /** The license server's URL, or a path on the page's own origin. */
  server: string;
  /** The product's slug, e.g. `/my-tool`; needed where the server has several products. */
  product?: string | undefined;
  /** JWKS (JSON), or its URL: leases are then trusted only when one of these keys signed them. */
  'public-keys'?: string | undefined;
  /** Days the app stays open after the last confirmation, where no lease says otherwise (7). */
  'grace-days'?: number | `${number}` | undefined;
  /** Hours between two checks, where the server does not say otherwise (24). */
  'recheck-hours'?: number | `${number}` | undefined;
  /** Where all seats are taken: show the devices (default), only say so, or take the seat unseen for longest. */
  'seat-policy'?: LicenseGate['seatPolicy'] | undefined;
  /** Binds this device's seat to a key that the browser keeps and never hands out. */
  'device-proof'?: LicenseGate['deviceProof'];
  /** What to do with `#license_key=…` in the address. */
  'activate-from-url'?: LicenseGate['activateFromUrl'] | undefined;
  /** A card in the page (default), a page that fills the window, or a native dialog in front of the page. */
  layout?: LicenseGate['layout'] | undefined;
  /** Less room, and no introduction. */
  compact?: boolean | undefined;
}

export interface LicenseFeatureAttributes {
  /** License names, separated by commas; without any, every license will do. */
  tiers?: LicenseFeature['tiers'] | undefined;
  /** The id of the gate, where the feature stands outside of it. */
  for?: LicenseFeature['for'] | undefined;
}

/** What can only be given as a property. */
export type LicenseGateProperties = Partial<Pick<LicenseGate, 'strings' | 'environment'>>;

/** Listeners under the events' names behind a prefix, as frameworks write them, e.g. `onlicense-unlocked`. */
export type Listeners<Prefix extends string> = {
  [Type in keyof LicenseGateEventMap as `${Prefix}${Type}`]?:
    ((event: LicenseGateEventMap[Type]) => void) | undefined;
};
