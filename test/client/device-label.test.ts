import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceLabel } from '../../src/client/device-label.ts';

const APPLE = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0';

const LABELS: Record<string, string> = {
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${APPLE} Version/26.0 Safari/605.1.15`]: 'Safari on Mac',
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) ${APPLE} Version/26.0 Mobile/15E148 Safari/604.1`]:
    'Safari on iPhone',
  [`Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) ${APPLE} CriOS/156.0 Mobile/15E148 Safari/604.1`]:
    'Chrome on iPad',
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`]: 'Chrome on Windows',
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/156.0`]: 'Edge on Windows',
  [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36 OPR/120.0`]: 'Opera on Linux',
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME} Safari/537.36`]: 'Chrome on ChromeOS',
  [`Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/140.0 Mobile Safari/537.36`]:
    'Samsung Internet on Android',
  'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0': 'Firefox on Linux',
  'Node.js/24': 'Web browser',
  '': 'Web browser',
};

for (const [userAgent, label] of Object.entries(LABELS)) {
  test(`calls ${userAgent.slice(0, 40) || 'nothing'}… ${label}`, () => {
    assert.equal(deviceLabel(userAgent), label);
  });
}

test('needs no user agent', () => {
  assert.equal(deviceLabel(undefined), 'Web browser');
});
