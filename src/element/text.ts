// The English words of the gate. Hosts replace any of them with the `strings` property.

export const ENGLISH = {
  title: 'Enter your license key',
  intro: 'Paste the key from your purchase. You do this once.',
  keyLabel: 'License key',
  activate: 'Activate',
  help: 'Where is my license key?',
  helpIntro: 'It is the Order Item ID of your purchase. You find it in',
  helpMail: 'the confirmation e-mail from 3DIMLI',
  helpOrders: '3DIMLI dashboard → Orders → open the order → License Product ID',
  helpDownloads: '3DIMLI dashboard → Downloads → license details → Item ID',
  empty: 'Paste your license key first.',
  invalid: 'Invalid license key',
  invalidHint: 'Is it copied whole? Bought just now? Try again in a few minutes.',
  revoked: 'Your license is no longer valid. Please contact support.',
  revokedHint: 'Your data is still there. You can enter another key.',
  seatsTitle: 'All seats of this license are in use',
  seatsPick: 'Choose a device that gives its seat to this one.',
  seatsElsewhere: 'Deactivate it on another device, then try again.',
  unnamedDevice: 'Unnamed device',
  takeSeat: 'Use here instead',
  lastSeen: 'last seen {when}',
  offline: 'The license server cannot be reached. Check your connection.',
  unavailable: 'The license service is not available. Try again in a moment.',
  tooOften: 'That was too often. Try again in a moment.',
  unconfirmedTitle: 'Your license could not be confirmed',
  unconfirmed: 'Check your connection, then try again.',
  retry: 'Try again',
  grace: 'The license server cannot be reached. You can go on working until {date}.',
  misconfiguredTitle: 'This app is not set up yet',
  misconfigured: 'Please contact its seller.',
  checking: 'Checking your license…',
  forgetful: 'This browser will forget your key when you close it.',
  account: 'License',
  devices: '{used} of {max} devices',
  deactivate: 'Deactivate this device',
  deactivateAsk: 'Give this seat back? Your data stays.',
  cancel: 'Cancel',
};

export type Strings = typeof ENGLISH;

/** Puts values into the `{places}` of a sentence. */
export const fill = (sentence: string, values: Readonly<Record<string, unknown>>): string =>
  sentence.replace(/\{(\w+)\}/g, (_place, name: string) => String(values[name]));

const DAY_MS = 86_400_000;

/** "today", "12 days ago", in the language of the page. */
export const ago = (iso: string, now: number, lang: string | undefined): string =>
  new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(
    Math.min(0, Math.ceil((Date.parse(iso) - now) / DAY_MS)) || 0,
    'day',
  );
