// The license client of hosts that show the gate themselves: they may keep the license, and ask for leases.

import { createClient, type Client } from './client.ts';
import type { Environment } from './environment.ts';
import { readLease } from './lease.ts';
import { MINUTE_MS } from './policy.ts';
import { readSettings, type LicenseClientOptions } from './settings.ts';
import { createHostStorage } from './storage.ts';

export interface LicenseClient extends Client {
  /** A lease to send to the host's own API: it holds for a minute at least, or the server is asked for one first. */
  freshLease(): Promise<string | undefined>;
}

export function createLicenseClient(
  options: LicenseClientOptions,
  environment?: Partial<Environment>,
): LicenseClient {
  const host = options.storage && { storage: createHostStorage(options.storage) };
  const client = createClient(readSettings(options), { ...host, ...environment });

  async function freshLease(): Promise<string | undefined> {
    await client.restored;
    const isLasting = () => (readLease(client.snapshot.lease)?.exp ?? 0) * 1000 - client.now() > MINUTE_MS;
    if (!isLasting()) await client.check();
    return isLasting() ? client.snapshot.lease : undefined;
  }

  return Object.assign(client, { freshLease });
}
