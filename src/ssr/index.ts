// Renders the tags with @lit-labs/ssr as they are while nothing is decided: a shadow root in which nothing is drawn, and
// no place for what stands inside. The element takes the root over when its script comes.

import '@lit-labs/ssr'; // first: it brings the registry of tags that the renderer looks into
import { FallbackRenderer } from '@lit-labs/ssr/lib/element-renderer.js';
import { LicenseFeature, LicenseGate, registerTags } from '../element/index.ts';

registerTags();

const isOurs = (elementClass: object): boolean =>
  [LicenseGate, LicenseFeature].some((ours) => ours === elementClass || ours.isPrototypeOf(elementClass));

/** For `render(template, { elementRenderers: [LicenseGateRenderer, LitElementRenderer] })`. */
export class LicenseGateRenderer extends FallbackRenderer {
  static override matchesClass(elementClass: object): boolean {
    return isOurs(elementClass);
  }

  override renderShadow(): string[] {
    return [];
  }
}
