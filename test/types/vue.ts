// What the types for Vue allow in templates, under the names that Vue's checker gives them, and what they refuse.
// Nothing here runs.
import type { GlobalComponents } from 'vue';
import '../../src/types/vue.ts';

type Gate = InstanceType<GlobalComponents['license-gate']>['$props'];
type Feature = InstanceType<GlobalComponents['license-feature']>['$props'];

export const allowed: (Gate | Feature)[] = [
  { server: '/licenses' } satisfies Gate,
  {
    id: 'gate',
    class: 'wide',
    lang: 'de',
    server: 'https://licenses.example.com',
    product: '/my-tool',
    publicKeys: 'https://licenses.example.com/.well-known/jwks.json',
    graceDays: 3,
    recheckHours: '12',
    seatPolicy: 'replace-oldest',
    deviceProof: 'auto',
    activateFromUrl: 'auto',
    layout: 'page',
    compact: true,
    strings: { title: 'Unlock the studio' },
    onLicenseActivate: (event) => void event.licenseKey.trim(),
    onLicenseUnlocked: ({ license }) => void license?.licenseName,
  } satisfies Gate,
  { tiers: 'Team License', for: 'gate' } satisfies Feature,
];

export const refused = [
  // @ts-expect-error a gate needs a server
  {} satisfies Gate,
  // @ts-expect-error no such layout
  { server: '/licenses', layout: 'modal' } satisfies Gate,
  // @ts-expect-error no such policy
  { server: '/licenses', seatPolicy: 'first' } satisfies Gate,
  // @ts-expect-error no such attribute
  { server: '/licenses', seatPolic: 'ask' } satisfies Gate,
  // @ts-expect-error only license-activate has the key
  { server: '/licenses', onLicenseChanged: (event) => void event.licenseKey } satisfies Gate,
  // @ts-expect-error tiers are one text
  { tiers: ['Team License'] } satisfies Feature,
];
