// The base of our elements: settings are attributes, each also a property, and Lit's templates are rendered once
// for however many changes. It knows nothing of licenses. Why not Lit's own base class: see src/README.md.

import { render, type TemplateResult } from './html.ts';

/** How a setting's text becomes its property's value, by the property's name. */
export type Settings = Readonly<Record<string, (text: string | null) => unknown>>;

// Importing an element must not fail where there is no document, as on a server that renders pages.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export abstract class TemplateElement extends Base {
  #update: Promise<void> | undefined;

  constructor(styles: string) {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
  }

  /** Runs before each rendering; what changes in it is rendered with it. */
  protected abstract prepare(): void;
  protected abstract render(): TemplateResult;
  /** Runs after each rendering. */
  protected updated(): void {}

  connectedCallback(): void {
    this.requestUpdate();
  }

  attributeChangedCallback(): void {
    this.requestUpdate();
  }

  requestUpdate(): void {
    this.#update ??= this.#renderSoon();
  }

  async #renderSoon(): Promise<void> {
    await Promise.resolve(); // every change of this turn is rendered at once
    if (this.isConnected) this.prepare();
    this.#update = undefined;
    if (!this.isConnected) return;
    render(this.render(), this.shadowRoot!);
    this.updated();
  }

  /** Resolves when everything that has changed is shown. */
  get updateComplete(): Promise<void> {
    return this.#update ?? Promise.resolve();
  }
}

/** A node and those it stands in, out of shadow roots as well. */
export function* ancestors(node: Node): Generator<Node> {
  for (let at: Node | null | undefined = node; at; at = at.parentNode ?? (at as Partial<ShadowRoot>).host)
    yield at;
}

export const attributeOf = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Makes each setting a property that reads and writes its attribute, as the platform's own elements do. */
export function reflect(elementClass: typeof TemplateElement, settings: Settings): void {
  for (const [property, read] of Object.entries(settings)) {
    const attribute = attributeOf(property);
    Object.defineProperty(elementClass.prototype, property, {
      get(this: HTMLElement) {
        return read(this.getAttribute(attribute));
      },
      set(this: HTMLElement, value: unknown) {
        if (value == null || value === false) this.removeAttribute(attribute);
        else if (value === true) this.setAttribute(attribute, '');
        else this.setAttribute(attribute, typeof value === 'object' ? JSON.stringify(value) : String(value));
      },
    });
  }
}

/** What a page has set on the element before its class was there goes through the properties now. */
export function takeOver(element: TemplateElement, settings: Settings): void {
  const own = element as unknown as Record<string, unknown>;
  for (const property of Object.keys(settings)) {
    if (!Object.hasOwn(own, property)) continue;
    const value = own[property];
    delete own[property];
    own[property] = value;
  }
}
