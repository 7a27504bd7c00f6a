// The lease: whether the server signs what it grants, so that back ends can verify it.

import type { Report } from './report.ts';
import type { Answer, ServerUnderTest } from './server.ts';

const SIGNED = 'signs a lease that back ends can verify with /.well-known/jwks.json';

/** @param activated the answer to an activation */
export async function checkLease(
  server: ServerUnderTest,
  report: Report,
  { body: { lease } }: Answer,
  product: string | undefined,
): Promise<void> {
  if (typeof lease !== 'string') return report.judge('addition', SIGNED, 'lease missing');
  const verifier = await loadVerifier();
  if (!verifier) return report.skip('addition', SIGNED, 'it needs the package "jose": npm install jose');
  const audience = product ?? audienceOf(lease);
  if (audience === undefined) return report.judge('addition', SIGNED, 'the lease names no product (aud)');
  const outcome = await verifier.createLeaseVerifier({ server: server.url, product: audience }).verify(lease);
  report.judge('addition', SIGNED, outcome.ok ? undefined : `${outcome.reason}: ${outcome.message}`);
}

/** jose is optional here: whoever checks another server may not have it. */
async function loadVerifier() {
  try {
    return await import('../../lease/index.ts');
  } catch {
    return undefined;
  }
}

function audienceOf(lease: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(lease.split('.')[1] ?? '', 'base64url').toString()) as {
      aud?: unknown;
    };
    return typeof claims.aud === 'string' ? claims.aud : undefined;
  } catch {
    return undefined; // the verifier would call it malformed as well
  }
}
