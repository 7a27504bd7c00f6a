// The Express sample of the marketplace's guide, as it stands there: only the marketplace's address comes from the
// environment, and the port is any free one. Do not improve it: it is what sellers copied.
import express from 'express';

const app = express();
app.use(express.json());

const PRODUCT_SLUG = '/my-tool';
const SELLER_TOKEN = process.env.DIMLI_SELLER_TOKEN;
const SEAT_LIMITS = { 'Standard License': 1, 'Team License': 5, 'Company License': -1 };
const activations = new Map();

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- as the sample has it; Express 5 awaits it
app.post('/activate', async (req, res) => {
  const { licenseKey, deviceId } = req.body;
  if (!licenseKey || !deviceId) {
    return res.status(400).json({ error: 'licenseKey and deviceId required' });
  }
  let cached = activations.get(licenseKey);
  if (!cached) {
    const response = await fetch(`${process.env.DIMLI_API_URL}/api/software/v1/verify`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${SELLER_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ key: licenseKey, product_slug: PRODUCT_SLUG }),
    });
    const result = await response.json();
    if (response.status === 401 || response.status === 403) {
      console.error('3DIMLI auth failed - check token', result);
      return res.status(503).json({ error: 'License service unavailable' });
    }
    if (!result.valid) {
      return res.status(403).json({ error: 'Invalid license key' });
    }
    cached = { licenseName: result.licenseName, devices: new Set() };
    activations.set(licenseKey, cached);
  }
  const seatLimit = SEAT_LIMITS[cached.licenseName] ?? 1;
  if (cached.devices.has(deviceId)) {
    return res.json({ activated: true, licenseName: cached.licenseName });
  }
  if (seatLimit !== -1 && cached.devices.size >= seatLimit) {
    return res.status(403).json({
      error: `Seat limit reached (${seatLimit}). Deactivate a device first.`,
      currentDevices: cached.devices.size,
      maxDevices: seatLimit,
    });
  }
  cached.devices.add(deviceId);
  return res.json({ activated: true, licenseName: cached.licenseName });
});

app.post('/deactivate', (req, res) => {
  const { licenseKey, deviceId } = req.body;
  const cached = activations.get(licenseKey);
  if (cached) {
    cached.devices.delete(deviceId);
  }
  res.json({ deactivated: true });
});

app.post('/status', (req, res) => {
  const { licenseKey } = req.body;
  const cached = activations.get(licenseKey);
  if (!cached) {
    return res.json({ activated: false });
  }
  const seatLimit = SEAT_LIMITS[cached.licenseName] ?? 1;
  return res.json({
    activated: true,
    licenseName: cached.licenseName,
    devicesUsed: cached.devices.size,
    maxDevices: seatLimit === -1 ? 'unlimited' : seatLimit,
  });
});

const server = app.listen(0, '127.0.0.1', () =>
  console.log(`License server running on http://127.0.0.1:${server.address().port}`),
);
