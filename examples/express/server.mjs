import express from 'express';
import { createLeaseVerifier } from 'license-gate-kit/lease';

const leases = createLeaseVerifier({ server: 'https://licenses.example.com', product: '/my-tool' });
const app = express();

app.use('/api', async (req, res, next) => {
  const result = await leases.verify(req.headers.authorization);
  if (!result.ok) return res.status(result.status).json({ error: result.message, code: result.reason });
  req.license = result.lease; // licenseName, licenseId, device, expiresAt …
  next();
});

app.get('/api/render', (req, res) => {
  res.json({ rendered: true, for: req.license.licenseName });
});

app.listen(process.env.PORT ?? 4000, '127.0.0.1');
