// What a buyer reads in a list of devices, e.g. "Chrome on Mac". Nothing that tells two such browsers apart.

/** What a user agent says → what people call it; the first that fits counts, since most claim to be others too. */
const BROWSERS = {
  Edg: 'Edge',
  OPR: 'Opera',
  Samsung: 'Samsung Internet',
  Firefox: '',
  FxiOS: 'Firefox',
  Chrom: 'Chrome',
  CriOS: 'Chrome',
  Safari: '',
};
const SYSTEMS = { iPhone: '', iPad: '', Android: '', CrOS: 'ChromeOS', Windows: '', Mac: '', Linux: '' };

export function deviceLabel(userAgent = ''): string {
  const named = (names: Readonly<Record<string, string>>) => {
    const mark = Object.keys(names).find((part) => userAgent.includes(part));
    return mark && (names[mark] || mark);
  };
  return [named(BROWSERS), named(SYSTEMS)].filter(Boolean).join(' on ') || 'Web browser';
}
