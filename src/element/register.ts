// Which class stands behind which tag: what the page has already stays, and what it lacks comes from here.

import { LicenseFeature } from './license-feature.ts';
import { LicenseGate } from './license-gate.ts';

/** Registers `<license-gate>` and `<license-feature>`; on a server there may be nothing to register with. */
export function registerTags(): void {
  // A page may hold two copies of this file, and a feature only knows the gates of its own.
  if (globalThis.customElements && define('license-gate', LicenseGate))
    define('license-feature', LicenseFeature);
}

/** @returns whether the tag is ours now */
function define(tag: string, elementClass: typeof HTMLElement): boolean {
  const known = customElements.get(tag)?.prototype as object | undefined;
  if (known) return known === elementClass.prototype || known instanceof elementClass;
  try {
    customElements.define(tag, elementClass);
  } catch {
    // The page has given the class a name of its own, and a class has only one.
    customElements.define(tag, class extends elementClass {});
  }
  return true;
}
