// <license-gate>: attributes in, events out. Opens for the license client and puts the host's content into the page;
// what the buyer sees of the gate itself is loaded when there is something to see (gate-view.ts).

import type { Cause, Environment, Client, LicenseSnapshot, Outcome, SeatPolicy } from '../client/index.ts';
import { failed } from '../client/opening.ts';
import { ClientController, type ClientHost } from './client-controller.ts';
import { GatedContent } from './content.ts';
import { LicenseActivateEvent, LicenseGateEvent, type LicenseGateEventMap } from './events.ts';
import type { GateView } from './gate-view.ts';
import { takeKeyFromUrl } from './key-from-url.ts';
import { loadPart } from './loading.ts';
import { dress, reflect, takeOver, type Settings } from './settings-element.ts';
import { SnapshotElement } from './snapshot-element.ts';
import type { Strings } from './text.ts';

const text = (value: string | null) => value ?? undefined;
const number = (value: string | null) => (value === null ? undefined : Number(value));

/** By a listener of the page, or by taking the gate out of it. */
const canceled = (): Outcome => failed('canceled', 'The page canceled it.');

/** The attributes, by the names of their properties. */
const SETTINGS = {
  server: (value) => value ?? '',
  product: text,
  publicKeys: text,
  graceDays: number,
  recheckHours: number,
  seatPolicy: (value) => value ?? 'ask',
  deviceProof: text,
  activateFromUrl: (value) => value ?? 'prefill',
  layout: (value) => value ?? 'card',
  compact: (value) => value !== null,
} satisfies Settings;

/**
 * Locks what is inside it behind a license key, checked by the seller's own license server.
 *
 * @tag license-gate
 * @attr {string} server - the license server's URL, or a path on the page's own origin
 * @attr {string} product - the product's slug, e.g. `/my-tool`; needed where the server has several products
 * @attr {string} public-keys - JWKS (JSON), or its URL: leases are then trusted only when one of these keys signed them
 * @attr {number} [grace-days=7] - days the app stays open after the last confirmation, where no lease says otherwise
 * @attr {number} [recheck-hours=24] - hours between two checks, where the server does not say otherwise
 * @attr {'ask' | 'reject' | 'replace-oldest'} [seat-policy=ask] - where all seats are taken: show the devices, only say
 *   so, or take the seat unseen for longest
 * @attr {'auto'} device-proof - binds this device's seat to a key that the browser keeps and never hands out; browsers that
 *   cannot keep one go without
 * @attr {'prefill' | 'auto' | 'off'} [activate-from-url=prefill] - what to do with `#license_key=…` in the address
 * @attr {'card' | 'page' | 'dialog'} [layout=card] - a card in the page, a page that fills the window, or a native
 *   dialog in front of the page
 * @attr {boolean} compact - less room, and no introduction
 * @attr {string} lang - the language of the words; otherwise that of the nearest element that has one
 * @slot - the app; put it into a `<template>` to keep it out of the page until the gate opens
 * @slot header - above the key form, e.g. a logo
 * @slot help - replaces the three places where a license key is found
 * @slot footer - below the key form, e.g. a link to buy
 * @slot locked - replaces the whole key form; call `activate()` yourself
 * @csspart card - the key form's panel
 * @csspart title - its headline
 * @csspart intro - the sentence under the headline, where there is no news
 * @csspart message - the news in its place: what went wrong, and what comes next
 * @csspart form - the form
 * @csspart label - the key field's label
 * @csspart input - the key field
 * @csspart button - every button
 * @csspart primary - a button that goes on
 * @csspart secondary - a button that does something else
 * @csspart link - a button that looks like a link
 * @csspart warning - a browser that will forget the key
 * @csspart detail - what a developer has to change
 * @csspart actions - the buttons where nothing else can be done
 * @csspart devices - the list of devices that hold the seats
 * @csspart device - one of them
 * @csspart help - the disclosure about where the key is
 * @csspart waiting - shown while nothing is decided for long
 * @csspart notice - shown above the app during the grace
 * @csspart account - the line under the open app
 * @cssstate open - the app is in the page
 * @cssstate unlocked - the license is confirmed
 * @cssstate grace - open although the server cannot be reached
 * @cssstate locked - the key form shows
 * @cssstate loading - nothing decided yet
 * @cssstate checking - the server is being asked
 * @cssprop --license-gate-accent - buttons, links and focus
 * @cssprop --license-gate-on-accent - text on the accent
 * @cssprop --license-gate-surface - background of card, notice and account line
 * @cssprop --license-gate-text - text
 * @cssprop --license-gate-muted - secondary text
 * @cssprop --license-gate-border - borders
 * @cssprop --license-gate-danger - errors
 * @cssprop --license-gate-radius - corners
 * @cssprop --license-gate-shadow - the card's shadow
 * @cssprop --license-gate-width - the card's width
 * @cssprop --license-gate-ground - the window around the card with `layout="page"`
 * @cssprop --license-gate-backdrop - what lies over the page with `layout="dialog"`
 * @fires {LicenseGateEvent} license-ready - it is known whether the gate opens
 * @fires {LicenseGateEvent} license-changed - any change of state
 * @fires {LicenseGateEvent} license-unlocked - the gate has opened
 * @fires {LicenseGateEvent} license-locked - the gate has shut
 * @fires {LicenseActivateEvent} license-activate - a key is about to be sent; cancelable
 * @fires {LicenseGateEvent} license-activated - a key was accepted
 * @fires {LicenseGateEvent} license-deactivated - this device gave its seat back
 * @fires {LicenseGateEvent} license-lock - an open gate is about to shut; cancelable, the host then takes over
 * @fires {LicenseGateEvent} license-error - an action or a check did not succeed
 */
export class LicenseGate extends SnapshotElement implements ClientHost {
  static readonly observedAttributes = [...reflect(this, SETTINGS), 'lang'];

  declare server: string;
  declare product: string | undefined;
  declare publicKeys: string | undefined;
  declare graceDays: number | undefined;
  declare recheckHours: number | undefined;
  declare seatPolicy: SeatPolicy;
  declare deviceProof: 'auto' | undefined;
  declare activateFromUrl: 'prefill' | 'auto' | 'off';
  declare layout: 'card' | 'page' | 'dialog';
  declare compact: boolean;
  /** For tests and for hosts with a storage or a network of their own; set it before the element is connected. */
  declare environment: Partial<Environment> | undefined;

  readonly #controller = new ClientController(this);
  readonly #content = new GatedContent(this);
  /** Missing in happy-dom, where many test their apps. */
  #internals: ElementInternals | undefined;
  readonly #slot = document.createElement('slot');
  readonly #ready = Promise.withResolvers<LicenseSnapshot>();
  readonly #watch = new MutationObserver(() => {
    this.#content.toggle(this.open);
    this.requestUpdate(); // the page's language may have changed
  });
  /** The host canceled `license-lock`: what is shown stays although the license no longer opens the gate. */
  #isKeptOpen = false;
  #strings: Partial<Strings> | undefined;
  #view: GateView | undefined;

  /** Words that replace the built-in ones, by their name in `text.ts`. */
  get strings(): Partial<Strings> | undefined {
    return this.#strings;
  }

  set strings(strings: Partial<Strings> | undefined) {
    this.#strings = strings;
    this.requestUpdate();
  }

  /** True where the app is in the page. */
  get open(): boolean {
    return this.snapshot.open || this.#isKeptOpen;
  }

  /** Resolves once it is known whether the gate opens. */
  get ready(): Promise<LicenseSnapshot> {
    return this.#ready.promise;
  }

  /**
   * Asks for a seat under the key, and opens the gate where there is one.
   *
   * @param key whatever the buyer pasted
   */
  async activate(key: string): Promise<Outcome> {
    this.#view?.stop();
    return this.#send(key);
  }

  /** Gives this device's seat back and shuts the gate. */
  async deactivate(): Promise<Outcome> {
    return this.#ask((client) => client.deactivate());
  }

  /** Asks the license server now. */
  async check(): Promise<Outcome> {
    return this.#ask((client) => client.check());
  }

  /** Frees another device's seat; where this device was refused one, takes it in the same call. */
  async releaseDevice(handle: string): Promise<Outcome> {
    return this.#ask((client) => client.releaseDevice(handle));
  }

  /** @internal called by the controller */
  licenseChanged(now: LicenseSnapshot, cause: Cause): void {
    const before = this.snapshot;
    const wasOpen = this.open;
    this.#view?.noteFocus();
    if (now.access === 'locked' && wasOpen && !this.#isKeptOpen)
      this.#isKeptOpen = !this.dispatchEvent(new LicenseGateEvent('license-lock', now, true));
    if (now.open) this.#isKeptOpen = false;
    this.snapshot = now;
    this.#view?.follow(now);
    this.#reveal(now);
    this.#tell(now, before, wasOpen, cause);
  }

  /** Content follows at once, the view with the next update. */
  #reveal({ access, problem }: LicenseSnapshot): void {
    // An app that measures itself as it comes in finds its place; the view brings a place of its own.
    if (this.open) this.shadowRoot!.append(this.#slot);
    else this.#slot.remove();
    this.#content.toggle(this.open);
    if (this.getAttribute('access') !== access) this.setAttribute('access', access);
    if (this.#internals) this.#showStates();
    if (problem?.code === 'config_error') console.error(problem.message, this);
    this.requestUpdate();
  }

  /** Shows style sheets the snapshot. The first time with the first update: an app does not wait for it. */
  #showStates(): void {
    const { access, activity } = this.snapshot;
    this.#internals ??= this.attachInternals?.();
    const states = this.#internals?.states;
    states?.clear();
    states?.add(access === 'unknown' ? 'loading' : access);
    if (activity === 'checking') states?.add(activity);
    if (this.open) states?.add('open');
  }

  #tell(now: LicenseSnapshot, before: LicenseSnapshot, wasOpen: boolean, cause: Cause): void {
    const tell = (type: keyof LicenseGateEventMap) => this.dispatchEvent(new LicenseGateEvent(type, now));
    const isDecided = now.access !== 'unknown';
    if (isDecided && before.access === 'unknown') {
      this.#ready.resolve(now);
      tell('license-ready');
    }
    if (cause !== 'started' || isDecided) tell('license-changed');
    if (cause === 'confirmed' && before.activity === 'activating') {
      tell('license-activated');
      this.#view?.welcome();
    }
    if (cause === 'deactivated') tell('license-deactivated');
    if (this.open !== wasOpen) tell(this.open ? 'license-unlocked' : 'license-locked');
    if (cause === 'refused' || now.reason === 'config_error') tell('license-error');
  }

  override connectedCallback(): void {
    takeOver(this);
    super.connectedCallback();
    this.#watch.observe(this, { childList: true });
    this.#watch.observe(document.documentElement, { attributeFilter: ['lang'] });
    this.#takeKey();
    // A link that is followed while its page is open only changes the fragment.
    addEventListener('hashchange', this.#takeKey);
  }

  disconnectedCallback(): void {
    this.#watch.disconnect();
    removeEventListener('hashchange', this.#takeKey);
    // An element that is moved within the page is back by then, and goes on as it was.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#view?.stop();
      this.#controller.close();
    });
  }

  protected override prepare(): void {
    this.#controller.follow();
  }

  protected override show(): void {
    // As long as a signature is being verified there is nothing to show.
    if (!this.#view && !this.hasAttribute('access')) return;
    if (!this.#internals) this.#showStates();
    if (this.#view) {
      this.#view.show();
      this.#slot.remove();
    } else if (this.open) {
      if (!this.shadowRoot!.adoptedStyleSheets.length) dress(this);
      setTimeout(() => this.isConnected && void this.#load()); // the app does not wait for what stands around it
    } else void this.#load();
  }

  /** What the buyer sees of the gate, loaded once. */
  async #load(): Promise<GateView | undefined> {
    const { createGateView } = await loadPart(this, 'view', () => import('./gate-view.ts'));
    if (this.#view || !createGateView) return this.#view;
    this.#view = createGateView(this, this.snapshot, (key) => this.#send(key));
    if (this.isConnected) this.#view.follow(this.snapshot);
    this.requestUpdate();
    return this.#view;
  }

  readonly #takeKey = (): void => {
    const key = takeKeyFromUrl(this.activateFromUrl);
    if (key !== undefined) void this.#load().then((view) => view?.offer(key));
  };

  override get updateComplete(): Promise<void> {
    return this.#isShown();
  }

  async #isShown(): Promise<void> {
    await super.updateComplete;
    if (!this.isConnected) return;
    await this.#load();
    await super.updateComplete;
  }

  /** Focuses the key field where the form shows. */
  override focus(options?: FocusOptions): void {
    if (!this.#view?.focusField(options)) super.focus(options);
  }

  async #send(key: string): Promise<Outcome> {
    const event = new LicenseActivateEvent(this.snapshot, key);
    if (!this.dispatchEvent(event)) return canceled();
    return this.#ask((client) => client.activate(key));
  }

  async #ask(question: (client: Client) => Promise<Outcome>): Promise<Outcome> {
    await super.updateComplete; // a new attribute may ask for another client
    const client = await this.#controller.client;
    return client ? question(client) : canceled();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'license-gate': LicenseGate;
  }
}
