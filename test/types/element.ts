// What TypeScript knows of the tags in a page without a framework. Nothing here runs.
import type { LicenseGateEvent } from '../../src/index.ts';

const gate = document.querySelector('license-gate')!;
const feature = document.createElement('license-feature');

gate.seatPolicy = 'replace-oldest';
gate.strings = { title: 'Unlock the studio' };
gate.graceDays = undefined;
feature.tiers = 'Team License';
export const known: [boolean, boolean, string | undefined] = [gate.open, feature.open, gate.lease];

// @ts-expect-error no such policy
gate.seatPolicy = 'first';
// @ts-expect-error only read
gate.open = true;
// @ts-expect-error no such word
gate.strings = { headline: 'Unlock' };
// @ts-expect-error tiers are one text
feature.tiers = ['Team License'];

const tell = (event: LicenseGateEvent) => event.license?.licenseName;
gate.addEventListener('license-activate', (event) => event.licenseKey.trim());
gate.addEventListener('click', (event) => event.clientX);
gate.addEventListener('license-unlocked', tell, { once: true });
gate.removeEventListener('license-unlocked', tell);
// The events bubble.
document.addEventListener('license-error', (event) => event.problem?.message);
window.addEventListener('license-lock', (event) => event.preventDefault());

// @ts-expect-error only license-activate has the key
gate.addEventListener('license-unlocked', (event) => event.licenseKey);
const point = (event: MouseEvent) => event.clientX;
// @ts-expect-error no mouse moves with it
gate.addEventListener('license-changed', point);
// @ts-expect-error no mouse moves with it
gate.removeEventListener('license-changed', point);
