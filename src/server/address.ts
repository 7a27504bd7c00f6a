// Reads network addresses: whether one lies in a network, which client stands behind trusted proxies, and what
// counts as one client. By hand, because `node:net` does not exist everywhere `fetch` handlers run.

/** An address as its bits: 32 of IPv4 or 128 of IPv6. */
interface Address {
  readonly bits: bigint;
  readonly length: 32 | 128;
}

interface Network extends Address {
  readonly prefix: number;
}

/** Homes and phones get a whole /64 and change the rest at will. */
const CLIENT_PREFIX_IPV6 = 64n;

export const isAddressOrNetwork = (text: string): boolean => parseNetwork(text) !== undefined;

/**
 * The client that a request came from: the nearest address that is not one of our own proxies. Anything further
 * left in `X-Forwarded-For` was written by the client itself.
 *
 * @param peer the address at the other end of the connection
 */
export function createClientAddress(
  trustedProxies: readonly string[],
): (peer: string, forwardedFor: string | undefined) => string {
  const trusted = trustedProxies.flatMap((text) => parseNetwork(text) ?? []);
  const isTrusted = (text: string) => {
    const address = parseAddress(text);
    return address !== undefined && trusted.some((network) => contains(network, address));
  };

  return (peer, forwardedFor) => {
    if (trusted.length === 0 || forwardedFor === undefined) return peer;
    let client = peer;
    for (const hop of forwardedFor.split(',').toReversed()) {
      const address = withoutPort(hop.trim());
      if (!isTrusted(client) || parseAddress(address) === undefined) break;
      client = address;
    }
    return client;
  };
}

/** What one client is counted under: its IPv4 address, or the first half of its IPv6 address. */
export function clientOf(text: string): string {
  if (!text.includes(':')) return text;
  const address = parseAddress(text);
  if (!address) return text;
  if (address.length === 32) return dotted(address.bits);
  return `${(address.bits >> CLIENT_PREFIX_IPV6).toString(16)}::/64`;
}

/** Some proxies write the client's port, too: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
const withoutPort = (hop: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;

const dotted = (bits: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');

const contains = (network: Network, { bits, length }: Address): boolean => {
  const rest = BigInt(length - network.prefix);
  return network.length === length && network.bits >> rest === bits >> rest;
};

function parseNetwork(text: string): Network | undefined {
  const [start = '', prefixText, ...more] = text.trim().split('/');
  const address = parseAddress(start);
  if (!address || more.length > 0) return undefined;
  if (prefixText === undefined) return { ...address, prefix: address.length };
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefix <= address.length ? { ...address, prefix } : undefined;
}

function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return undefined;
  return { bits: parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n), length: 32 };
}

/** IPv4 written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address that it means. */
function parseIpv6(text: string): Address | undefined {
  const [, groupsText = '', ipv4Text] =
    /^([0-9a-f:]*?)(?:((?:\d{1,3}\.){3}\d{1,3}))?(?:%\S+)?$/i.exec(text) ?? [];
  const ipv4 = ipv4Text === undefined ? undefined : parseIpv4(ipv4Text);
  if (ipv4Text !== undefined && !ipv4) return undefined;
  const tail = ipv4 ? [(ipv4.bits >> 16n).toString(16), (ipv4.bits & 0xffffn).toString(16)] : [];
  const [left, right, ...more] = groupsText.replace(ipv4 ? /(?<!:):$/ : /$^/, '').split('::');
  if (more.length > 0 || groupsText === '') return undefined;

  const head = left ? left.split(':') : [];
  const rest = [...(right ? right.split(':') : []), ...tail];
  const zeros = 8 - head.length - rest.length;
  if (right === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...rest];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const bits = groups.reduce((all, group) => (all << 16n) | BigInt(`0x${group}`), 0n);
  return bits >> 32n === 0xffffn ? { bits: bits & 0xffffffffn, length: 32 } : { bits, length: 128 };
}
