// <license-feature>: shows a piece of the page to those whose license name is among its tiers, and its `locked` slot
// to the others. It asks nobody: the gate knows.

import { GatedContent } from './content.ts';
import { LicenseGate } from './license-gate.ts';
import { SettingsElement, ancestors, dress, reflect, type Settings } from './settings-element.ts';

const SETTINGS = {
  tiers: (value) => value ?? '',
  for: (value) => value ?? '',
} satisfies Settings;

/**
 * Gates a piece of the page by license name. Stands inside a `<license-gate>`, or names one with `for`.
 *
 * @tag license-feature
 * @attr {string} tiers - license names, separated by commas; without any, every license will do
 * @attr {string} for - the id of the gate, where the feature stands outside of it
 * @slot - what the license pays for; put it into a `<template>` to keep it out of the page for others
 * @slot locked - what others see instead, e.g. a link to buy a larger license
 * @cssstate unlocked - the license pays for it
 */
export class LicenseFeature extends SettingsElement {
  static readonly observedAttributes = reflect(this, SETTINGS);

  declare tiers: string;
  declare for: string;

  readonly #content = new GatedContent(this);
  readonly #internals: ElementInternals | undefined = this.attachInternals?.();
  readonly #slot = document.createElement('slot');
  readonly #look = () => this.requestUpdate();

  constructor() {
    super();
    dress(this);
    this.shadowRoot!.append(this.#slot); // every element of ours has one
  }

  /** The gate that decides, as far as there is one. */
  get gate(): LicenseGate | undefined {
    if (this.for) return asGate((this.getRootNode() as Partial<Document>).getElementById?.(this.for));
    return gateAround(this);
  }

  /** True where the license pays for what is inside. */
  get open(): boolean {
    const license = this.gate?.license;
    const tiers = this.tiers.split(',').map((tier) => tier.trim());
    return license !== undefined && (!this.tiers || tiers.includes(license.licenseName ?? ''));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A gate may come into the page later, and tells the document whatever changes.
    document.addEventListener('license-changed', this.#look, true);
  }

  disconnectedCallback(): void {
    document.removeEventListener('license-changed', this.#look, true);
  }

  protected override show(): void {
    const { open, gate } = this;
    this.#content.toggle(open);
    if (open) this.#internals?.states?.add('unlocked');
    else this.#internals?.states?.delete('unlocked');
    // Before anything is known neither is shown, so that nothing flashes.
    const isKnown = gate && gate.access !== 'unknown';
    this.#slot.name = open ? '' : isKnown ? 'locked' : 'none';
  }
}

function gateAround(feature: Node): LicenseGate | undefined {
  for (const at of ancestors(feature)) if (at instanceof LicenseGate) return at;
  return undefined;
}

const asGate = (element: Element | null | undefined): LicenseGate | undefined =>
  element instanceof LicenseGate ? element : undefined;

declare global {
  interface HTMLElementTagNameMap {
    'license-feature': LicenseFeature;
  }
}
