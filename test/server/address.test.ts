// Who counts as one client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf, createClientAddress } from '../../src/server/address.ts';

const PROXIES = ['10.0.0.0/8', '2001:db8:1::/48'];
const addressOf = createClientAddress(PROXIES);

test('without trusted proxies the address is the one at the other end, whatever the request says', () => {
  const address = createClientAddress([])('203.0.113.9', '1.1.1.1');

  assert.equal(address, '203.0.113.9');
});

const FORWARDED: readonly (readonly [name: string, peer: string, header: string, client: string])[] = [
  ['a stranger that makes up forwarders', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
  ['one proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['two proxies', '10.0.0.1', '203.0.113.9, 10.9.9.9', '203.0.113.9'],
  ['a proxy behind which a client makes up forwarders', '10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
  ['a client that names one of our proxies', '10.0.0.1', '10.0.0.7, 203.0.113.9', '203.0.113.9'],
  ['nonsense where an address should be', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
  ['a port behind the address', '10.0.0.1', '203.0.113.9:51234', '203.0.113.9'],
  ['IPv6 in brackets with a port', '10.0.0.1', '[2001:db8:2::7]:443', '2001:db8:2::7'],
  ['a proxy with an IPv6 address', '2001:db8:1::1', '203.0.113.9', '203.0.113.9'],
  ['a proxy with an IPv4 address written as IPv6', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
];

for (const [name, peer, header, client] of FORWARDED) {
  test(`finds the client behind ${name}`, () => {
    assert.equal(addressOf(peer, header), client);
  });
}

test('all addresses of one /64 are one client, and the next /64 is another', () => {
  const one = clientOf('2001:db8:0:1::1');
  const same = clientOf('2001:DB8::1:ffff:ffff:ffff:ffff');
  const other = clientOf('2001:db8:0:2::1');

  assert.equal(one, same);
  assert.notEqual(one, other);
});

test('an IPv4 address is one client, however it is written', () => {
  assert.equal(clientOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(clientOf('::ffff:c000:201'), '192.0.2.1');
  assert.equal(clientOf('192.0.2.1'), '192.0.2.1');
});

test('what is no address counts as itself', () => {
  assert.equal(clientOf('unix:'), 'unix:');
});
