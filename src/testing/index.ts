export {
  createFakeMarketplace,
  type FakeMarketplace,
  type MarketplaceCall,
  type MarketplaceOptions,
} from './marketplace.ts';
export { FAULTS, type Fault } from './faults.ts';
export {
  MALFORMED_KEY,
  PRODUCT,
  PURCHASES,
  SELLER_TOKEN,
  UNKNOWN_KEY,
  type OrderStatus,
  type Purchase,
} from './fixtures.ts';
