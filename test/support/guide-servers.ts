// License servers that answer on the wire like the two samples of the marketplace's guide: no codes, no leases, no
// server time. One is told a seat limit by `maxDevices`, the other only by its sentence. Both keep all in memory.
import { Hono } from 'hono';
import { cors } from 'hono/cors';

const SEATS: Readonly<Record<string, number>> = { 'Standard License': 1, 'Team License': 5 };

interface Shape {
  /** What the sample adds to "Seat limit reached (1)". */
  readonly seatLimit: (seats: number, used: number) => object;
  readonly hasStatus: boolean;
}

const SHAPES = {
  express: {
    seatLimit: (seats, used) => ({
      error: `Seat limit reached (${seats}). Deactivate a device first.`,
      currentDevices: used,
      maxDevices: seats,
    }),
    hasStatus: true,
  },
  flask: { seatLimit: (seats) => ({ error: `Seat limit reached (${seats})` }), hasStatus: false },
} as const satisfies Record<string, Shape>;

/** @param sold license names by key */
export function createGuideServer(kind: keyof typeof SHAPES, sold: ReadonlyMap<string, string>): Hono {
  const { seatLimit, hasStatus } = SHAPES[kind];
  const devices = new Map<string, Set<string>>();
  const app = new Hono();
  app.use(cors()); // which the samples lack
  app.onError((_cause, c) => c.text('Internal Server Error', 500));

  app.post('/activate', async (c) => {
    const { licenseKey, deviceId } = await c.req.json();
    if (!licenseKey || !deviceId) return c.json({ error: 'licenseKey and deviceId required' }, 400);
    const licenseName = sold.get(licenseKey);
    if (licenseName === undefined) return c.json({ error: 'Invalid license key' }, 403);
    const held = devices.get(licenseKey) ?? new Set();
    devices.set(licenseKey, held);
    const seats = SEATS[licenseName] ?? 1;
    if (!held.has(deviceId) && held.size >= seats) return c.json(seatLimit(seats, held.size), 403);
    held.add(deviceId);
    return c.json({ activated: true, licenseName });
  });

  app.post('/deactivate', async (c) => {
    const { licenseKey, deviceId } = await c.req.json();
    devices.get(licenseKey)?.delete(deviceId);
    return c.json({ deactivated: true });
  });

  if (hasStatus) app.post('/status', (c) => c.json({ activated: devices.size > 0 }));
  return app;
}
