// Writes the README's picture: the built gate in its states, in a real browser, light and dark side by side.
import { mkdirSync, readFileSync } from 'node:fs';
import { launch } from 'puppeteer-core';
import { findChromium } from './find-chromium.mjs';

const root = new URL('..', import.meta.url);
const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
const PAGE = 'http://gate.test/';

const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
const ANSWERS = {
  wrong: [403, { error: 'Invalid license key', code: 'license_invalid' }],
  full: [
    403,
    {
      error: 'Seat limit reached (2). Deactivate a device first.',
      code: 'seat_limit_reached',
      maxDevices: 2,
      devices: [
        { handle: 'a', label: 'Chrome on Mac', lastSeen: daysAgo(12) },
        { handle: 'b', label: 'Firefox on Windows', lastSeen: daysAgo(1) },
      ],
    },
  ],
  good: [200, { activated: true, licenseName: 'Team License', devicesUsed: 2, maxDevices: 5 }],
};

const gate = (state, scheme) => `<figure style="color-scheme:${scheme}"><license-gate server="/${state}">
  <template><main><h1>Your app</h1><p>Open, also without a network.</p><div class="draw"></div></main></template>
</license-gate></figure>`;

const html = `<!doctype html><html lang="en"><meta charset="utf-8"><style>
  body { margin: 0; padding: 24px; display: grid; grid-template-columns: repeat(4, 370px); gap: 16px; background: #dfe3f2;
    font: 15px/1.5 system-ui, 'Noto Sans', sans-serif; }
  figure { margin: 0; min-height: 480px; border-radius: 18px; background: Canvas; color: CanvasText; overflow: hidden;
    display: grid; align-content: center; box-shadow: 0 1px 3px rgb(0 0 0 / .2); }
  license-gate { margin: -3.5vh 0; }
  main { padding: 0 28px 20px; } h1 { margin: 0; font-size: 24px; } p { margin: 4px 0 16px; }
  .draw { height: 210px; border-radius: 10px; background: linear-gradient(135deg, #4a5be0, #9a6cf0 60%, #f0a07c); }
</style><script type="module" src="/license-gate.js"></script>
${gate('new', 'light')}${gate('wrong', 'light')}${gate('full', 'dark')}${gate('good', 'dark')}`;

const browser = await launch(await findChromium());
const page = await browser.newPage();
await page.setViewport({ width: 1576, height: 530, deviceScaleFactor: 1.5 });
await page.setRequestInterception(true);
page.on('request', (request) => {
  const path = new URL(request.url()).pathname;
  const [status, body] = ANSWERS[path.split('/')[1]] ?? [200, {}];
  if (request.method() === 'POST')
    return request.respond({ status, contentType: 'application/json', body: JSON.stringify(body) });
  return path.endsWith('.js')
    ? request.respond({
        contentType: 'text/javascript',
        body: readFileSync(new URL('cdn/license-gate.js', root)),
      })
    : request.respond({ contentType: 'text/html', body: html });
});

await page.goto(PAGE);
await page.evaluate(async (key) => {
  for (const one of document.querySelectorAll('license-gate:not([server="/new"])')) await one.activate(key);
  for (const one of document.querySelectorAll('license-gate[server="/wrong"], license-gate[server="/full"]'))
    one.shadowRoot.querySelector('input').value = key;
}, KEY);
await new Promise((drawn) => setTimeout(drawn, 500));
mkdirSync(new URL('docs', root), { recursive: true });
await page.screenshot({ path: new URL('docs/states.png', root).pathname, fullPage: true });
await browser.close();
console.log('docs/states.png');
