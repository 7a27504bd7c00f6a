export { mockLicenseServer, type MockLicenseServer } from './mock-license-server.ts';
export type { Duration, Interference, MockOptions, MockRequest } from './mock.ts';
export { NETWORK_FAULTS, type NetworkFault } from './network-faults.ts';
export {
  createFakeMarketplace,
  type FakeMarketplace,
  type MarketplaceCall,
  type MarketplaceOptions,
} from './marketplace.ts';
export { FAULTS, type Fault } from './faults.ts';
export {
  KEYS,
  MALFORMED_KEY,
  PRODUCT,
  PURCHASES,
  SELLER_TOKEN,
  UNKNOWN_KEY,
  type OrderStatus,
  type Purchase,
} from './fixtures.ts';
