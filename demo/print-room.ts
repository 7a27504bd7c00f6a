// The seller's own back end: it prints cards on real paper, which costs money, so it looks at the lease and not at
// the page. This is all that a back end needs.

import { createLeaseVerifier } from '../src/lease/index.ts';

/** @param licenseServer its URL */
export function createPrintRoom(licenseServer: string, now: () => number) {
  const leases = createLeaseVerifier({ server: licenseServer, product: '/my-tool', now });
  let sheets = 0;

  return async (request: Request): Promise<Response> => {
    const result = await leases.verify(request.headers.get('authorization'));
    if (!result.ok)
      return Response.json({ error: result.message, code: result.reason }, { status: result.status });
    sheets += 1;
    return Response.json({ sheet: `HP-${String(sheets).padStart(4, '0')}`, for: result.lease.licenseName });
  };
}
