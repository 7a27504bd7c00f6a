// The marketplace guide's Express sample, as a yardstick: the same rules, all in memory, nothing validated or signed.
import express from 'express';

const SEATS = { 'Standard License': 1, 'Team License': 5, 'Company License': -1 };
const licenses = new Map();
const app = express();
app.use(express.json());

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- as the sample has it; Express 5 awaits it
app.post('/activate', async (request, response) => {
  const { licenseKey, deviceId } = request.body;
  if (!licenseKey || !deviceId)
    return response.status(400).json({ error: 'licenseKey and deviceId required' });
  let license = licenses.get(licenseKey);
  if (!license) {
    const verdict = await verify(licenseKey);
    if (!verdict.valid) return response.status(403).json({ error: 'Invalid license key' });
    license = { licenseName: verdict.licenseName, devices: new Set() };
    licenses.set(licenseKey, license);
  }
  const { licenseName, devices } = license;
  const seats = SEATS[licenseName] ?? 1;
  if (devices.has(deviceId)) return response.json({ activated: true, licenseName });
  if (seats !== -1 && devices.size >= seats)
    return response.status(403).json({
      error: `Seat limit reached (${seats}). Deactivate a device first.`,
      currentDevices: devices.size,
      maxDevices: seats,
    });
  devices.add(deviceId);
  return response.json({ activated: true, licenseName });
});

app.post('/status', (request, response) => {
  const license = licenses.get(request.body.licenseKey);
  if (!license) return response.json({ activated: false });
  const { licenseName, devices } = license;
  const seats = SEATS[licenseName] ?? 1;
  return response.json({
    activated: true,
    licenseName,
    devicesUsed: devices.size,
    maxDevices: seats === -1 ? 'unlimited' : seats,
  });
});

async function verify(key) {
  const response = await fetch(`${process.env.DIMLI_API_URL}/api/software/v1/verify`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env.DIMLI_SELLER_TOKEN}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ key, product_slug: '/my-tool' }),
  });
  return response.json();
}

const server = app.listen(0, '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
