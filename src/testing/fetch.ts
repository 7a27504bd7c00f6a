// The same kit for those who have no msw: `mockLicenseServer()` with its `fetch` and `environment`, without handlers.

export { createMock as mockLicenseServer, type Mock as MockLicenseServer } from './mock.ts';
