// What a gate shows of itself: joins the license's snapshot, the buyer's choices and the words, renders them into the
// gate's shadow root, and looks after the focus. Whether the app is in the page is the gate's own affair.

import type { LicenseSnapshot, Outcome } from '../client/index.ts';
import type { ProblemCode } from '../protocol/index.ts';
import { html, render } from './html.ts';
import { createKeyEntry } from './key-entry.ts';
import type { LicenseGate } from './license-gate.ts';
import { dress } from './settings-element.ts';
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

export interface GateView {
  /** Call it before anything changes. */
  noteFocus(): void;
  follow(now: LicenseSnapshot): void;
  /** Shows what a link has brought along, and tries it where the page wants that. */
  offer(key: string): void;
  /** Ends whatever it does by itself. */
  stop(): void;
  /** @returns false where no form shows */
  focusField(options?: FocusOptions): boolean;
  /** The form is gone and the focus with it: it goes to the app that has come. */
  welcome(): Promise<void>;
  /** Renders; what has changed is found out by the templates. */
  show(): void;
}

/** @param send tries a key; the page may forbid it */
export function createGateView(
  gate: LicenseGate,
  snapshot: LicenseSnapshot,
  send: (key: string) => Promise<Outcome>,
): GateView {
  const root = gate.shadowRoot!; // every gate has one from the start
  const update = () => gate.requestUpdate();
  const entry = createKeyEntry(send, update);
  let words: Words | undefined;
  let choices: Choices = {};
  /** Why it is shut; while a key is being tried, why it was before. */
  let { reason } = snapshot;
  let slowTimer: ReturnType<typeof setTimeout> | undefined;
  let isSlow = false;
  let lastScreen: Screen | undefined;
  /** The focus was here before the last change of state. */
  let hadFocus = false;

  dress(gate, styles);

  const act: Actions = {
    submit: (event) => void submit(event),
    retry: () => void (entry.key && !gate.open ? entry.try() : gate.check()),
    keepTrying() {
      entry.keepTrying();
      focusField(); // the button that had it is gone
    },
    freeSeat: (handle) => void gate.releaseDevice(handle),
    useOtherKey() {
      entry.begin();
      choose({ wantsOtherKey: true });
      void focusNext('input');
    },
    askToDeactivate(isAskingToDeactivate) {
      choose({ isAskingToDeactivate, deactivationFailedOn: undefined });
      void focusNext('aside button:last-child');
    },
    async deactivate() {
      const outcome = await gate.deactivate();
      if (outcome.ok) entry.begin();
      else choose({ deactivationFailedOn: outcome.code });
    },
    hideNotice: () => choose({ isNoticeHidden: true }),
  };

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = find('input');
    if (!field || snapshot.activity === 'activating') return;
    await entry.submit(field);
    await gate.updateComplete;
    find('input')?.select();
  }

  function choose(change: Choices): void {
    choices = { ...choices, ...change };
    update();
  }

  async function focusNext(selector: string): Promise<void> {
    await gate.updateComplete;
    find(selector)?.focus();
  }

  function find(selector: 'input'): HTMLInputElement | null;
  function find(selector: 'dialog'): HTMLDialogElement | null;
  function find(selector: string): HTMLElement | null;
  function find(selector: string): HTMLElement | null {
    return root.querySelector<HTMLElement>(selector);
  }

  function focusField(options?: FocusOptions): boolean {
    const field = find('input');
    field?.focus(options);
    return field !== null;
  }

  /** A wait that gets long is explained. */
  function wonderLater(): void {
    const { access, activity } = snapshot;
    clearTimeout(slowTimer);
    isSlow = false;
    if (access === 'unknown' || activity === 'activating' || activity === 'checking')
      slowTimer = setTimeout(() => {
        isSlow = true;
        update();
      }, SLOW_MS);
  }

  /** Leads the buyer to what is new. */
  function direct(screen: Screen): void {
    const dialog = find('dialog');
    // In place of a page's own `locked` slot nothing is to stand in front of the page.
    if (dialog && !dialog.open && !gate.querySelector(':scope > [slot=locked]')) {
      dialog.showModal();
      focusField();
    }
    if (screen !== lastScreen && hadFocus) find('h2')?.focus();
    lastScreen = screen;
    hadFocus = false;
  }

  return {
    noteFocus() {
      // `:focus-within` would do, but does not match around an open dialog in every browser.
      const { activeElement = null } = gate.getRootNode() as Partial<Document>;
      hadFocus ||= gate.contains(activeElement);
    },
    follow(now) {
      const wasActivating = snapshot.activity === 'activating';
      snapshot = now;
      if (now.activity !== 'activating') {
        reason = now.reason;
        if (wasActivating) choose({ wantsOtherKey: false });
      }
      if (!now.open) choose({ isAskingToDeactivate: false });
      wonderLater();
    },
    offer(key) {
      entry.begin(key);
      if (gate.activateFromUrl === 'auto') void entry.try();
    },
    stop() {
      entry.stop();
      clearTimeout(slowTimer);
    },
    focusField,
    async welcome() {
      if (!hadFocus) return;
      await gate.updateComplete;
      if (!gate.hasAttribute('tabindex')) {
        // Not -1: in WebKit the Tab key does not leave such a host. It is a stop on the way only until it is left.
        gate.tabIndex = 0;
        gate.addEventListener('blur', () => gate.removeAttribute('tabindex'), { once: true });
      }
      gate.focus({ preventScroll: true });
    },
    show() {
      const { open, layout, seatPolicy } = gate;
      // A dialog that is only removed keeps the page from taking the focus back.
      if (open) find('dialog')?.close();
      words = wordsFor(langOf(gate), gate.strings, update) ?? words;
      // An open app does not wait for words, and what is to be read waits for its language.
      if (!words) {
        render(open ? html`<slot></slot>` : html``, root);
        return;
      }
      const now = Date.now();
      const view: View = {
        ...words,
        ...choices,
        snapshot,
        open,
        reason,
        now,
        layout,
        seatPolicy,
        entry,
        isSlow,
        act,
      };
      render(gateTemplate(view), root);
      direct(screenOf(view));
    },
  };
}
