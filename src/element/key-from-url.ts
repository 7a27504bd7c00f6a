// A link in a seller's mail can bring the key along: `#license_key=…`. It is a fragment, so that no server
// sees it, and it leaves the address at once, so that no bookmark or copied link carries it on.

export function takeKeyFromUrl(mode: 'prefill' | 'auto' | 'off'): string | undefined {
  // Not by `location`: a page's first look at it takes longer than all the rest of this.
  const [address, ...fragments] = document.URL.split('#');
  if (!fragments[0]) return undefined;
  const fragment = new URLSearchParams(fragments.join('#'));
  const key = fragment.get('license_key');
  if (mode === 'off' || key === null) return undefined;
  fragment.delete('license_key');
  const rest = fragment.toString();
  history.replaceState(history.state, '', address + (rest && `#${rest}`));
  return key;
}
