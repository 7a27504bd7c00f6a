// The same kit for those who have no msw: `mockLicenseServer()` with its `fetch` and `environment`, without handlers,
// and the fake marketplace.

export { createMock as mockLicenseServer, type Mock as MockLicenseServer } from './mock.ts';
export { createFakeMarketplace } from './marketplace.ts';
export { PURCHASES, SELLER_TOKEN } from './fixtures.ts';
