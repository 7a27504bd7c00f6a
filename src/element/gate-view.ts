// What a gate shows of itself: joins the license's snapshot, the buyer's choices and the words, renders them into the
// gate's shadow root, and looks after the focus. Whether the app is in the page is the gate's own affair.

import type { LicenseSnapshot, Outcome } from '../client/index.ts';
import type { ProblemCode } from '../protocol/index.ts';
import { html, render } from './html.ts';
import { KeyEntry } from './key-entry.ts';
import type { LicenseGate } from './license-gate.ts';
import { sheetOf } from './settings-element.ts';
import { styles } from './styles.ts';
import { gateTemplate, screenOf, type Actions, type Screen, type View } from './view.ts';
import { langOf, wordsFor, type Words } from './words.ts';

/** After that a buyer is told why it takes so long. */
const SLOW_MS = 4000;

/** What the buyer has done that only the view is about. */
interface Choices {
  readonly wantsOtherKey?: boolean;
  readonly isAskingToDeactivate?: boolean;
  readonly deactivationFailedOn?: ProblemCode | undefined;
  readonly isNoticeHidden?: boolean;
}

export class GateView {
  readonly #gate: LicenseGate;
  readonly #root: ShadowRoot;
  readonly #entry: KeyEntry;
  #snapshot: LicenseSnapshot;
  #words: Words | undefined;
  #choices: Choices = {};
  /** Why it is shut; while a key is being tried, why it was before. */
  #reason: LicenseSnapshot['reason'];
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  #isSlow = false;
  #screen: Screen | undefined;
  /** The focus was here before the last change of state. */
  #hadFocus = false;

  /** @param send tries a key; the page may forbid it */
  constructor(gate: LicenseGate, snapshot: LicenseSnapshot, send: (key: string) => Promise<Outcome>) {
    this.#gate = gate;
    this.#root = gate.shadowRoot!; // every gate has one from the start
    this.#root.adoptedStyleSheets.push(sheetOf(styles));
    this.#root.replaceChildren(); // its first slot makes room for the templates'
    this.#entry = new KeyEntry(send, () => gate.requestUpdate());
    this.#snapshot = snapshot;
    this.#reason = snapshot.reason;
  }

  /** Call it before anything changes. */
  noteFocus(): void {
    // `:focus-within` would do, but does not match around an open dialog in every browser.
    const { activeElement = null } = this.#gate.getRootNode() as Partial<Document>;
    this.#hadFocus ||= this.#gate.contains(activeElement);
  }

  follow(now: LicenseSnapshot): void {
    const wasActivating = this.#snapshot.activity === 'activating';
    this.#snapshot = now;
    if (now.activity !== 'activating') {
      this.#reason = now.reason;
      if (wasActivating) this.#choose({ wantsOtherKey: false });
    }
    if (!now.open) this.#choose({ isAskingToDeactivate: false });
    this.#wonderLater();
  }

  /** A wait that gets long is explained. */
  #wonderLater(): void {
    const { access, activity } = this.#snapshot;
    clearTimeout(this.#slowTimer);
    this.#isSlow = false;
    if (access === 'unknown' || activity === 'activating' || activity === 'checking')
      this.#slowTimer = setTimeout(() => {
        this.#isSlow = true;
        this.#gate.requestUpdate();
      }, SLOW_MS);
  }

  /** Shows what a link has brought along, and tries it where the page wants that. */
  offer(key: string): void {
    this.#entry.begin(key);
    if (this.#gate.activateFromUrl === 'auto') void this.#entry.try();
  }

  /** Ends whatever it does by itself. */
  stop(): void {
    this.#entry.stop();
    clearTimeout(this.#slowTimer);
  }

  /** @returns false where no form shows */
  focusField(options?: FocusOptions): boolean {
    const field = this.#find('input');
    field?.focus(options);
    return field !== null;
  }

  /** The form is gone and the focus with it: it goes to the app that has come. */
  async welcome(): Promise<void> {
    if (!this.#hadFocus) return;
    const gate = this.#gate;
    await gate.updateComplete;
    if (!gate.hasAttribute('tabindex')) {
      // Not -1: in WebKit the Tab key does not leave such a host. It is a stop on the way only until it is left.
      gate.tabIndex = 0;
      gate.addEventListener('blur', () => gate.removeAttribute('tabindex'), { once: true });
    }
    gate.focus({ preventScroll: true });
  }

  /** Renders; what has changed is found out by the templates. */
  show(): void {
    const gate = this.#gate;
    // A dialog that is only removed keeps the page from taking the focus back.
    if (gate.open) this.#find('dialog')?.close();
    this.#words = wordsFor(langOf(gate), gate.strings, () => gate.requestUpdate()) ?? this.#words;
    // An open app does not wait for words, and what is to be read waits for its language.
    if (!this.#words) {
      render(gate.open ? html`<slot></slot>` : html``, this.#root);
      return;
    }
    const view: View = {
      ...this.#words,
      ...this.#choices,
      snapshot: this.#snapshot,
      open: gate.open,
      reason: this.#reason,
      now: Date.now(),
      layout: gate.layout,
      seatPolicy: gate.seatPolicy,
      entry: this.#entry,
      isSlow: this.#isSlow,
      act: this.#actions,
    };
    render(gateTemplate(view), this.#root);
    this.#direct(screenOf(view));
  }

  /** Leads the buyer to what is new. */
  #direct(screen: Screen): void {
    const dialog = this.#find('dialog');
    // In place of a page's own `locked` slot nothing is to stand in front of the page.
    if (dialog && !dialog.open && !this.#gate.querySelector(':scope > [slot=locked]')) {
      dialog.showModal();
      this.focusField();
    }
    if (screen !== this.#screen && this.#hadFocus) this.#find('h2')?.focus();
    this.#screen = screen;
    this.#hadFocus = false;
  }

  readonly #actions: Actions = {
    submit: (event) => void this.#submit(event),
    retry: () => void (this.#entry.key && !this.#gate.open ? this.#entry.try() : this.#gate.check()),
    keepTrying: () => {
      this.#entry.keepTrying();
      this.focusField(); // the button that had it is gone
    },
    freeSeat: (handle) => void this.#gate.releaseDevice(handle),
    useOtherKey: () => {
      this.#entry.begin();
      this.#choose({ wantsOtherKey: true });
      void this.#focusNext('input');
    },
    askToDeactivate: (isAskingToDeactivate) => {
      this.#choose({ isAskingToDeactivate, deactivationFailedOn: undefined });
      void this.#focusNext('aside button:last-child');
    },
    deactivate: async () => {
      const outcome = await this.#gate.deactivate();
      if (outcome.ok) this.#entry.begin();
      else this.#choose({ deactivationFailedOn: outcome.code });
    },
    hideNotice: () => this.#choose({ isNoticeHidden: true }),
  };

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = this.#find('input');
    if (!field || this.#snapshot.activity === 'activating') return;
    await this.#entry.submit(field);
    await this.#gate.updateComplete;
    this.#find('input')?.select();
  }

  #choose(change: Choices): void {
    this.#choices = { ...this.#choices, ...change };
    this.#gate.requestUpdate();
  }

  async #focusNext(selector: string): Promise<void> {
    await this.#gate.updateComplete;
    this.#find(selector)?.focus();
  }

  #find(selector: 'input'): HTMLInputElement | null;
  #find(selector: 'dialog'): HTMLDialogElement | null;
  #find(selector: string): HTMLElement | null;
  #find(selector: string): HTMLElement | null {
    return this.#root.querySelector<HTMLElement>(selector);
  }
}
