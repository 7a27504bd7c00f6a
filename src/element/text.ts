// The English words of the gate, and how values get into a sentence. Hosts replace any of the words with the
// `strings` property; other languages are in locales/.

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
  found: 'Key found. Now activate it.',
  invalid: 'Invalid license key',
  keyHint: 'A key looks like a1b2c3d4-e5f6-7890-…',
  invalidHint: 'Is it copied whole?',
  keepTrying: 'Just bought it? Keep trying',
  trying: 'Not known yet. We try again every minute, just leave this page open.',
  revoked: 'Your license is no longer valid. Please contact support.',
  revokedHint: 'Your data is still there. You can enter another key.',
  seatsTitle: 'All seats of this license are in use',
  seatsPick: 'Choose a device that gives its seat to this one.',
  seatsElsewhere: 'Deactivate it on another device, then try again.',
  unnamedDevice: 'Unnamed device',
  takeSeat: 'Use here instead',
  lastSeen: 'last seen {when}',
  otherKey: 'Use another key',
  offline: 'The license server cannot be reached.',
  offlineHint: 'Check your connection.',
  unavailable: 'The license service is not available.',
  later: 'Try again in a moment.',
  tooOften: 'That was too often.',
  again: 'We keep trying by ourselves.',
  movedTooOften: 'This license has changed devices too often today.',
  tomorrow: 'Try again tomorrow.',
  unconfirmedTitle: 'Your license could not be confirmed',
  unconfirmed: 'Check your connection, then try again. Your data is still there.',
  retry: 'Try again',
  grace: 'The license server cannot be reached. You can go on working until {date} ({left}).',
  hide: 'Hide',
  misconfiguredTitle: 'This app is not set up yet',
  misconfigured: 'Please contact its seller. Your license key is not the problem.',
  forDeveloper: 'For the developer',
  checking: 'Checking your license…',
  slow: 'The license server is slow to answer. Please wait a moment.',
  forgetful: 'This browser forgets your key when you close it. Use a normal window to keep it.',
  account: 'License',
  devices: 'Devices: {used}',
  devicesOf: 'Devices: {used} of {max}',
  deactivate: 'Deactivate this device',
  deactivateAsk: 'Give this seat back? Your data stays.',
  cancel: 'Cancel',
};

export type Strings = Record<keyof typeof ENGLISH, string>;

/** A browser's tables of digits take longer to load than a gate to open, so only languages with digits of their own use them. */
const needsTables = (value: number, lang = ''): boolean => value > 999 || /^(ar|bn|fa|mr|my|ne)/i.test(lang);

/** Puts values into the `{places}` of a sentence, numbers in the digits of its language. */
export const fill = (sentence: string, values: Readonly<Record<string, unknown>>, lang?: string): string =>
  sentence.replace(/\{(\w+)\}/g, (_place, name: string) => {
    const value = values[name];
    return typeof value === 'number' && needsTables(value, lang) ? value.toLocaleString(lang) : String(value);
  });

const DAY_MS = 86_400_000;
const dayOf = (time: number) => new Date(time).setHours(0, 0, 0, 0);

/** "today", "12 days ago", "in 5 days": whole days of the calendar, in the page's language. */
export const inDays = (time: number, now: number, lang: string | undefined): string =>
  new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(
    Math.round((dayOf(time) - dayOf(now)) / DAY_MS),
    'day',
  );
