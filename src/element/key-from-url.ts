// A link in a seller's mail can bring the key along: `#license_key=…`. It is a fragment, so that no server
// sees it, and it leaves the address at once, so that no bookmark or copied link carries it on.

export function takeKeyFromUrl(mode: 'prefill' | 'auto' | 'off'): string | undefined {
  const { hash, pathname, search } = location;
  if (!hash) return undefined;
  const fragment = new URLSearchParams(hash.slice(1));
  const key = fragment.get('license_key');
  if (mode === 'off' || key === null) return undefined;
  fragment.delete('license_key');
  const rest = fragment.toString();
  history.replaceState(history.state, '', pathname + search + (rest && `#${rest}`));
  return key;
}
