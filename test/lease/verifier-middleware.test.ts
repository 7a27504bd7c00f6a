// The README's middlewares for Express and Hono, over real HTTP.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';
import type { Lease, LeaseVerifier } from '../../src/lease/index.ts';
import { createBackEnd } from './support.ts';

function createExpressApp(leases: LeaseVerifier) {
  const app = express();
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 waits for it, and `verify` does not reject
  app.use('/api', async (req, res, next) => {
    const result = await leases.verify(req.headers.authorization);
    if (!result.ok) return res.status(result.status).json({ error: result.message, code: result.reason });
    res.locals.license = result.lease;
    return next();
  });
  app.get('/api/tier', (_req, res) => void res.json({ tier: res.locals.license.licenseName }));
  return app;
}

function createHonoApp(leases: LeaseVerifier) {
  const app = new Hono<{ Variables: { license: Lease } }>();
  app.use('/api/*', async (c, next) => {
    const result = await leases.verify(c.req.header('authorization'));
    if (!result.ok) return c.json({ error: result.message, code: result.reason }, result.status);
    c.set('license', result.lease);
    return next();
  });
  app.get('/api/tier', (c) => c.json({ tier: c.get('license').licenseName }));
  return getRequestListener(app.fetch);
}

for (const [name, createApp] of Object.entries({ Express: createExpressApp, Hono: createHonoApp }))
  test(`${name} does the work for a buyer, and refuses it to everybody else`, async (t) => {
    const backEnd = createBackEnd();
    const http = createServer(createApp(backEnd.verifier()));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    t.after(() => {
      http.closeAllConnections();
      http.close();
    });
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/tier`;
    const lease = await backEnd.lease();

    const buyer = await fetch(url, { headers: { authorization: `Bearer ${lease}` } });
    const stranger = await fetch(url);
    backEnd.answer = () => new Response(null, { status: 500 });
    backEnd.clock.advance(60 * 60_000);
    const forger = await fetch(url, { headers: { authorization: `Bearer ${lease.slice(0, -8)}AAAAAAAA` } });

    assert.deepEqual([buyer.status, await buyer.json()], [200, { tier: 'Team License' }]);
    assert.deepEqual(
      [stranger.status, await stranger.json()],
      [401, { error: 'This needs a license: no lease was sent.', code: 'missing' }],
    );
    assert.deepEqual([forger.status, (await forger.json()).code], [401, 'bad_signature']);
  });
