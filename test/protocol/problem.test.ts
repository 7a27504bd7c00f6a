import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  PROBLEMS,
  isLocking,
  isProblemCode,
  isRetryable,
  type ProblemCode,
} from '../../src/protocol/index.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

test('lets only statements about the license shut an open gate', () => {
  assert.deepEqual(CODES.filter(isLocking), [
    'license_invalid',
    'license_revoked',
    'seat_limit_reached',
    'grace_expired',
    'lease_invalid',
  ]);
});

test('sends each code with its HTTP status, and never those that only a client raises', () => {
  assert.deepEqual(Object.fromEntries(CODES.map((code) => [code, PROBLEMS[code].status])), {
    invalid_request: 400,
    license_invalid: 403,
    license_revoked: 403,
    seat_limit_reached: 403,
    proof_required: 403,
    proof_invalid: 400,
    release_limit_reached: 429,
    rate_limited: 429,
    upstream_unavailable: 503,
    server_misconfigured: 503,
    network_error: 0,
    timeout: 0,
    bad_response: 0,
    storage_unavailable: 0,
    config_error: 0,
    canceled: 0,
    grace_expired: 0,
    lease_invalid: 0,
  });
});

test('calls retryable what can pass without anybody changing anything', () => {
  assert.deepEqual(CODES.filter(isRetryable), [
    'release_limit_reached',
    'rate_limited',
    'upstream_unavailable',
    'server_misconfigured',
    'network_error',
    'timeout',
    'bad_response',
    'grace_expired',
    'lease_invalid',
  ]);
});

test('takes no name of JavaScript for a code', () => {
  const names = [
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '',
    undefined,
    null,
    403,
    ['rate_limited'],
  ];

  assert.deepEqual(names.filter(isProblemCode), []);
  assert.equal(isProblemCode('rate_limited'), true);
});
