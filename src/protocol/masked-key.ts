// The license key as others may see it. Apart from key.ts, since an open gate shows a key and reads none.

/** The key as it may be shown on a screen that others see, e.g. `a1b2••••7890`. */
export const maskKey = (key: string): string => `${key.slice(0, 4)}••••${key.slice(-4)}`;
