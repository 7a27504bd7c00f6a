import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createLeaseVerifier } from 'license-gate-kit/lease';

const leases = createLeaseVerifier({ server: 'https://licenses.example.com', product: '/my-tool' });
const app = new Hono();

app.use('/api/*', async (c, next) => {
  const result = await leases.verify(c.req.header('authorization'));
  if (!result.ok) return c.json({ error: result.message, code: result.reason }, result.status);
  c.set('license', result.lease); // licenseName, licenseId, device, expiresAt …
  await next();
});

app.get('/api/render', (c) => c.json({ rendered: true, for: c.get('license').licenseName }));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 4000), hostname: '127.0.0.1' });
