// Looks for secrets in what a server has said and written, in every spelling in which they might have got there.
import assert from 'node:assert/strict';

/** @param texts what is searched, by where it comes from; bytes as latin1 */
export function assertHoldNone(secrets: readonly string[], texts: Readonly<Record<string, string>>): void {
  for (const [place, text] of Object.entries(texts)) {
    const plain = text.toLowerCase();
    const bare = bareOf(Buffer.from(text, 'latin1').toString()) + bareOf(text);
    for (const secret of secrets) {
      const found = formsOf(secret).find((form) => plain.includes(form)) ?? bareOf(secret);
      const at = plain.indexOf(found);
      const around = at < 0 ? '' : `: …${plain.slice(Math.max(at - 120, 0), at + 80)}…`;
      assert.ok(at < 0 && !bare.includes(found), `${place} holds ${secret} as ${found}${around}`);
    }
  }
}

/** With every dash, space, accent and width taken away. */
const bareOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '');

/** In lower case, as all that is searched. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const uuid = /^[0-9a-f-]{36}$/i.test(secret) ? Buffer.from(secret.replaceAll('-', ''), 'hex') : undefined;
  const forms = [
    secret,
    bytes.toString('hex'),
    ...base64Of(bytes),
    ...(uuid ? [uuid.toString('latin1'), ...base64Of(uuid)] : []),
  ];
  return forms.map((form) => form.toLowerCase());
}

/** Base64 depends on how many bytes stand before; these characters are the same whatever stands around. */
const base64Of = (bytes: Buffer): string[] =>
  [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    return (['base64', 'base64url'] as const).map((encoding) =>
      padded
        .toString(encoding)
        .replace(/=+$/, '')
        .slice(before === 0 ? 0 : 4, -2),
    );
  });
