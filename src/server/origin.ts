// The origins of the pages that may use the server, as sellers write them and as browsers send them.

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/i;

/** `*` stands for every origin, and `null` is what pages without one send. */
export const isOrigin = (text: string): boolean =>
  text === '*' || text === 'null' || ORIGIN.test(originOf(text));

/** As browsers write it. `URL` knows the origins of web addresses, and calls those of apps `null`. */
export function originOf(text: string): string {
  const trimmed = text.trim().replace(/\/$/, '');
  return /^https?:\/\/[^/]+$/i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed).origin : trimmed;
}
