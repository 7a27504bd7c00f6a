// <license-gate>: attributes in, events out. Joins the license client, the host's content and the view.

import { html, type TemplateResult } from './html.ts';
import {
  INITIAL_SNAPSHOT,
  type Cause,
  type Environment,
  type License,
  type LicenseClientOptions,
  type LicenseSnapshot,
  type Outcome,
  type SeatPolicy,
} from '../client/index.ts';
import type { ProblemCode } from '../protocol/index.ts';
import { ClientController, type ClientHost } from './client-controller.ts';
import { GatedContent } from './content.ts';
import { LicenseActivateEvent, LicenseGateEvent, type LicenseGateEventMap } from './events.ts';
import { KeyEntry } from './key-entry.ts';
import { takeKeyFromUrl } from './key-from-url.ts';
import { styles } from './styles.ts';
import { TemplateElement, attributeOf, reflect, takeOver, type Settings } from './template-element.ts';
import type { Strings } from './text.ts';
import { gateTemplate, screenOf, type Actions, type Screen, type View } from './view.ts';
import { langOf, wordsFor, type Words } from './words.ts';

const text = (value: string | null) => value ?? undefined;
const number = (value: string | null) => (value === null ? undefined : Number(value));

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

/** After that a buyer is told why it takes so long. */
const SLOW_MS = 4000;

/** What the buyer has done that only the view is about. */
interface Choices {
  readonly wantsOtherKey?: boolean;
  readonly isAskingToDeactivate?: boolean;
  readonly deactivationFailedOn?: ProblemCode | undefined;
  readonly isNoticeHidden?: boolean;
}

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
export class LicenseGate extends TemplateElement implements ClientHost {
  static readonly observedAttributes = [...Object.keys(SETTINGS).map(attributeOf), 'lang'];

  static {
    reflect(this, SETTINGS);
  }

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
  environment: Partial<Environment> | undefined;

  readonly #controller = new ClientController(this);
  readonly #content = new GatedContent(this);
  /** Missing in happy-dom, where many test their apps. */
  readonly #internals: ElementInternals | undefined = this.attachInternals?.();
  readonly #ready = Promise.withResolvers<LicenseSnapshot>();
  readonly #entry: KeyEntry = new KeyEntry(
    (key) => this.#send(key),
    () => this.requestUpdate(),
  );
  readonly #watch = new MutationObserver(() => {
    this.#content.toggle(this.open);
    this.requestUpdate(); // the page's language may have changed
  });
  #snapshot = INITIAL_SNAPSHOT;
  /** The host canceled `license-lock`: what is shown stays although the license no longer opens the gate. */
  #isKeptOpen = false;
  #strings: Partial<Strings> | undefined;
  #words: Words | undefined;
  #choices: Choices = {};
  /** Why it is shut; while a key is being tried, why it was before. */
  #reason: LicenseSnapshot['reason'];
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  #isSlow = false;
  #view: View | undefined;
  #screen: Screen | undefined;
  /** The focus was here before the last change of state. */
  #hadFocus = false;

  constructor() {
    super(styles);
  }

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
    return this.#snapshot.open || this.#isKeptOpen;
  }

  /** What is known: `unknown`, `locked`, `unlocked`, or `grace` (open, though the server cannot be asked). */
  get access(): LicenseSnapshot['access'] {
    return this.#snapshot.access;
  }

  /** What is being done: `idle`, `activating`, `checking`, `releasing` or `waiting` for the next try. */
  get activity(): LicenseSnapshot['activity'] {
    return this.#snapshot.activity;
  }

  /** What is licensed: its name, product, variant, devices, and the key as far as it may be shown. */
  get license(): License | undefined {
    return this.#snapshot.license;
  }

  /** The code of why it is locked, or of what the last attempt failed on. */
  get reason(): LicenseSnapshot['reason'] {
    return this.#snapshot.reason;
  }

  /** How long the app stays open without the server. */
  get graceEndsAt(): Date | undefined {
    return this.#snapshot.graceEndsAt;
  }

  /** Who holds the seats, where this device was refused one. */
  get devices(): LicenseSnapshot['devices'] {
    return this.#snapshot.devices;
  }

  /** Where the license is kept; with `memory` the browser forgets it. */
  get storageMode(): LicenseSnapshot['storageMode'] {
    return this.#snapshot.storageMode;
  }

  /** The server's signed statement, to send to your own API. */
  get lease(): string | undefined {
    return this.#snapshot.lease;
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
    this.#entry.stop();
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

  get clientOptions(): LicenseClientOptions {
    const { server, product, publicKeys, graceDays, recheckHours, seatPolicy, deviceProof } = this;
    return { server, product, publicKeys, graceDays, recheckHours, seatPolicy, deviceProof };
  }

  /** @internal called by the controller */
  licenseChanged(now: LicenseSnapshot, cause: Cause): void {
    const before = this.#snapshot;
    const wasOpen = this.open;
    // `:focus-within` would do, but does not match around an open dialog in every browser.
    this.#hadFocus ||= this.contains((this.getRootNode() as Partial<Document>).activeElement ?? null);
    if (now.access === 'locked' && wasOpen && !this.#isKeptOpen)
      this.#isKeptOpen = !this.dispatchEvent(new LicenseGateEvent('license-lock', now, true));
    if (now.open) this.#isKeptOpen = false;
    this.#snapshot = now;
    if (now.activity !== 'activating') {
      this.#reason = now.reason;
      if (before.activity === 'activating') this.#choose({ wantsOtherKey: false });
    }
    if (!now.open) this.#choose({ isAskingToDeactivate: false });
    this.#wonderLater(now);
    this.#show(now);
    this.#tell(now, before, wasOpen, cause);
  }

  /** A wait that gets long is explained. */
  #wonderLater({ access, activity }: LicenseSnapshot): void {
    clearTimeout(this.#slowTimer);
    this.#isSlow = false;
    if (access === 'unknown' || activity === 'activating' || activity === 'checking')
      this.#slowTimer = setTimeout(() => {
        this.#isSlow = true;
        this.requestUpdate();
      }, SLOW_MS);
  }

  /** Content and states follow at once, the view with the next render. */
  #show({ access, activity, problem }: LicenseSnapshot): void {
    this.#content.toggle(this.open);
    const states = this.#internals?.states;
    for (const [name, isOn] of Object.entries({
      unlocked: access === 'unlocked',
      grace: access === 'grace',
      locked: access === 'locked',
      loading: access === 'unknown',
      checking: activity === 'checking',
      open: this.open,
    })) {
      if (isOn) states?.add(name);
      else states?.delete(name);
    }
    if (this.getAttribute('access') !== access) this.setAttribute('access', access);
    if (problem?.code === 'config_error') console.error(`<license-gate>: ${problem.message}`, this);
    this.requestUpdate();
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
      void this.#welcome();
    }
    if (cause === 'deactivated') tell('license-deactivated');
    if (this.open !== wasOpen) tell(this.open ? 'license-unlocked' : 'license-locked');
    if (cause === 'refused' || now.reason === 'config_error') tell('license-error');
  }

  override connectedCallback(): void {
    takeOver(this, { ...SETTINGS, strings: text });
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
      this.#entry.stop();
      clearTimeout(this.#slowTimer);
      this.#controller.close();
    });
  }

  protected override prepare(): void {
    this.#controller.follow();
    // A dialog that is only removed keeps the page from taking the focus back.
    if (this.open) this.#find('dialog')?.close();
    this.#words = wordsFor(langOf(this), this.#strings, () => this.requestUpdate()) ?? this.#words;
  }

  /** Focuses the key field where the form shows. */
  override focus(options?: FocusOptions): void {
    const field = this.#find('input');
    if (field) field.focus(options);
    else super.focus(options);
  }

  protected override render(): TemplateResult {
    const words = this.#words;
    // An open app does not wait for words, and what is to be read waits for its language.
    if (!words) return this.open ? html`<slot></slot>` : html``;
    this.#view = {
      ...words,
      ...this.#choices,
      snapshot: this.#snapshot,
      open: this.open,
      reason: this.#reason,
      now: Date.now(),
      layout: this.layout,
      seatPolicy: this.seatPolicy,
      entry: this.#entry,
      isSlow: this.#isSlow,
      act: this.#actions,
    };
    return gateTemplate(this.#view);
  }

  protected override updated(): void {
    if (!this.#view) return;
    const dialog = this.#find('dialog');
    // In place of a page's own `locked` slot nothing is to stand in front of the page.
    if (dialog && !dialog.open && !this.querySelector(':scope > [slot=locked]')) {
      dialog.showModal();
      this.focus();
    }
    const screen = screenOf(this.#view);
    if (screen !== this.#screen && this.#hadFocus) this.#find('h2')?.focus();
    this.#screen = screen;
    this.#hadFocus = false;
  }

  readonly #actions: Actions = {
    submit: (event) => void this.#submit(event),
    retry: () => void (this.#entry.key && !this.open ? this.#entry.try() : this.check()),
    keepTrying: () => {
      this.#entry.keepTrying();
      this.focus(); // the button that had it is gone
    },
    freeSeat: (handle) => void this.releaseDevice(handle),
    useOtherKey: () => {
      this.#entry.begin();
      this.#choose({ wantsOtherKey: true });
      void this.updateComplete.then(() => this.focus());
    },
    askToDeactivate: (isAskingToDeactivate) => {
      this.#choose({ isAskingToDeactivate, deactivationFailedOn: undefined });
      void this.updateComplete.then(() => this.#find('aside button:last-child')?.focus());
    },
    deactivate: async () => {
      const outcome = await this.deactivate();
      if (outcome.ok) this.#entry.begin();
      else this.#choose({ deactivationFailedOn: outcome.code });
    },
    hideNotice: () => this.#choose({ isNoticeHidden: true }),
  };

  readonly #takeKey = (): void => {
    const key = takeKeyFromUrl(this.activateFromUrl);
    if (key === undefined) return;
    this.#entry.begin(key);
    if (this.activateFromUrl === 'auto') void this.#entry.try();
  };

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = this.#find('input');
    if (!field || this.activity === 'activating') return;
    await this.#entry.submit(field);
    await this.updateComplete;
    this.#find('input')?.select();
  }

  async #send(key: string): Promise<Outcome> {
    const event = new LicenseActivateEvent(this.#snapshot, key);
    if (!this.dispatchEvent(event)) return canceled('The page canceled license-activate.');
    return this.#ask((client) => client.activate(key));
  }

  /** The form is gone and the focus with it: it goes to the app that has come. */
  async #welcome(): Promise<void> {
    if (!this.#hadFocus) return;
    await this.updateComplete;
    if (!this.hasAttribute('tabindex')) {
      // Not -1: in WebKit the Tab key does not leave such a host. It is a stop on the way only until it is left.
      this.tabIndex = 0;
      this.addEventListener('blur', () => this.removeAttribute('tabindex'), { once: true });
    }
    super.focus({ preventScroll: true });
  }

  #choose(change: Choices): void {
    this.#choices = { ...this.#choices, ...change };
    this.requestUpdate();
  }

  #find(selector: 'input'): HTMLInputElement | null;
  #find(selector: 'dialog'): HTMLDialogElement | null;
  #find(selector: string): HTMLElement | null;
  #find(selector: string): HTMLElement | null {
    return this.shadowRoot!.querySelector<HTMLElement>(selector);
  }

  async #ask(
    question: (client: NonNullable<ClientController['client']>) => Promise<Outcome>,
  ): Promise<Outcome> {
    if (this.isConnected) await this.updateComplete;
    const { client } = this.#controller;
    return client ? question(client) : canceled('The gate is not in the page.');
  }
}

const canceled = (message: string): Outcome => ({ ok: false, code: 'canceled', message, retryable: false });

declare global {
  interface HTMLElementTagNameMap {
    'license-gate': LicenseGate;
  }
}
