// What the types for Svelte allow in markup, and what they refuse. Nothing here runs.
import type { SvelteHTMLElements } from 'svelte/elements';
import '../../src/types/svelte.ts';

type Gate = SvelteHTMLElements['license-gate'];
type Feature = SvelteHTMLElements['license-feature'];

export const allowed: (Gate | Feature)[] = [
  { server: '/licenses' } satisfies Gate,
  {
    id: 'gate',
    class: 'wide',
    lang: 'de',
    server: 'https://licenses.example.com',
    product: '/my-tool',
    'public-keys': 'https://licenses.example.com/.well-known/jwks.json',
    'grace-days': 3,
    'recheck-hours': '12',
    'seat-policy': 'replace-oldest',
    'device-proof': 'auto',
    'activate-from-url': 'auto',
    layout: 'page',
    compact: true,
    strings: { title: 'Unlock the studio' },
    'onlicense-activate': (event) => void event.licenseKey.trim(),
    'onlicense-unlocked': ({ license }) => void license?.licenseName,
  } satisfies Gate,
  { tiers: 'Team License', for: 'gate' } satisfies Feature,
];

export const refused = [
  // @ts-expect-error a gate needs a server
  {} satisfies Gate,
  // @ts-expect-error no such layout
  { server: '/licenses', layout: 'modal' } satisfies Gate,
  // @ts-expect-error no such policy
  { server: '/licenses', 'seat-policy': 'first' } satisfies Gate,
  // @ts-expect-error no such attribute
  { server: '/licenses', 'seat-polic': 'ask' } satisfies Gate,
  // @ts-expect-error only license-activate has the key
  { server: '/licenses', 'onlicense-changed': (event) => void event.licenseKey } satisfies Gate,
  // @ts-expect-error tiers are one text
  { tiers: ['Team License'] } satisfies Feature,
];
