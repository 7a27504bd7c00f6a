// The English words of the gate. Hosts replace any of them with the `strings` property.

export const ENGLISH = {
  title: 'Enter your license key',
  intro: 'Paste the key that came with your purchase. You do this once.',
  keyLabel: 'License key',
  activate: 'Activate',
  help: 'Where is my license key?',
  helpIntro: 'It is the Order Item ID of your purchase, and stands in three places:',
  helpMail: 'the confirmation e-mail that 3DIMLI sent you',
  helpOrders: '3DIMLI dashboard → Orders → open the order → License Product ID',
  helpDownloads: '3DIMLI dashboard → Downloads → license details → Item ID',
  empty: 'Paste your license key first.',
  invalid: 'Invalid license key',
  invalidHint: 'Check that it is copied whole. Bought it just now? Try again in a few minutes.',
  revoked: 'Your license is no longer valid. Please contact support.',
  revokedHint: 'Nothing of yours was deleted. If you have another key, enter it here.',
  seatsTitle: 'All seats of this license are in use',
  seatsPick: 'Free the seat of a device that you no longer need, and go on here.',
  seatsElsewhere: 'Deactivate it on another device, then try again here.',
  freeSeat: 'Use here instead',
  lastSeen: 'last seen {when}',
  offline: 'The license server cannot be reached. Check your connection, then try again.',
  unavailable: 'The license service is not available right now. Try again in a moment.',
  tooOften: 'That was too often. Try again in a moment.',
  expiredTitle: 'We could not confirm your license',
  expired: 'The license server has not been reachable for too long. Connect to the internet and try again.',
  retry: 'Try again',
  grace: 'The license server cannot be reached. You can go on working until {date}.',
  unverified: 'The license could not be verified. Try again, or contact support.',
  misconfiguredTitle: 'This app is not set up yet',
  misconfigured: 'Please contact its seller.',
  checking: 'Checking your license…',
  forgetful: 'This browser keeps nothing: you will need your key again after closing it.',
  account: 'License',
  devices: '{used} of {max} devices',
  deactivate: 'Deactivate this device',
  deactivateAsk: 'Free this device’s seat? Your data stays, and you can activate again at any time.',
  cancel: 'Cancel',
};

export type Strings = typeof ENGLISH;

/** Puts values into the `{places}` of a sentence. */
export const fill = (sentence: string, values: Readonly<Record<string, string | number>>): string =>
  sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));

/** "12 days ago" in the language of the page. */
export function ago(iso: string | undefined, now: number, lang: string | undefined): string {
  const seconds = (Date.parse(iso ?? '') - now) / 1000;
  if (Number.isNaN(seconds)) return '';
  const [unit, size] = (
    [
      ['day', 86_400],
      ['hour', 3600],
      ['minute', 60],
    ] as const
  ).find(([, length]) => -seconds >= length) ?? ['minute', 60];
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(
    Math.ceil(Math.min(seconds, 0) / size),
    unit,
  );
}
