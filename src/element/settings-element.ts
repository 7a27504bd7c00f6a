// The base of our elements: settings are attributes, each also a property, and many changes are one update.
// It knows nothing of licenses or templates. Why not Lit's own base class: see src/README.md.

/** How a setting's text becomes its property's value, by the property's name. */
export type Settings = Readonly<Record<string, (text: string | null) => unknown>>;

// Importing an element must not fail where there is no document, as on a server that renders pages.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** As much as is needed whatever is drawn. */
const STYLES = ':host{display:block}:host([hidden]),[hidden]{display:none!important}';

export abstract class SettingsElement extends Base {
  #update: Promise<void> | undefined;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
  }

  /** Runs before each showing; what changes in it is shown with it. */
  protected prepare(): void {}
  /** Shows what has changed: once for all changes of a turn. */
  protected abstract show(): void;

  connectedCallback(): void {
    this.requestUpdate();
  }

  attributeChangedCallback(): void {
    this.requestUpdate();
  }

  requestUpdate(): void {
    this.#update ??= this.#updateSoon();
  }

  async #updateSoon(): Promise<void> {
    await Promise.resolve();
    if (this.isConnected) this.prepare();
    this.#update = undefined;
    if (this.isConnected) this.show();
  }

  /** Resolves when everything that has changed is shown. */
  get updateComplete(): Promise<void> {
    return this.#update ?? Promise.resolve();
  }
}

/** Gives an element its looks. Not before there is something to draw: an app that opens would wait for the style sheet. */
export function dress(element: HTMLElement, styles = ''): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES + styles);
  element.shadowRoot!.adoptedStyleSheets.unshift(sheet); // every element of ours has a root; sheets of the page win
}

/** A node and those it stands in, out of shadow roots as well. */
export function* ancestors(node: Node): Generator<Node> {
  for (let at: Node | null | undefined = node; at; at = at.parentNode ?? (at as Partial<ShadowRoot>).host)
    yield at;
}

/**
 * Makes each setting a property that reads and writes its attribute, as the platform's own elements do.
 *
 * @returns the attributes to observe
 */
export const reflect = (elementClass: typeof SettingsElement, settings: Settings): string[] =>
  Object.entries(settings).map(([property, read]) => {
    // Letter by letter: patterns for a dozen names would keep an app waiting for half a millisecond.
    let attribute = '';
    for (const letter of property) attribute += letter < 'a' ? `-${letter.toLowerCase()}` : letter;
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
    return attribute;
  });

/** What a page has set on the element before its class was there goes through the properties now. */
export function takeOver(element: HTMLElement): void {
  for (const [property, value] of Object.entries(element)) {
    if (!(property in (Object.getPrototypeOf(element) as object))) continue;
    delete (element as unknown as Record<string, unknown>)[property];
    Reflect.set(element, property, value);
  }
}
