// Verify a lease on any back end. Needs `jose` beside it, and nothing else.

export {
  createLeaseVerifier,
  type KeyFetching,
  type KeySource,
  type Lease,
  type LeaseAlgorithm,
  type LeaseOutcome,
  type LeaseRules,
  type LeaseVerifier,
  type LeaseVerifierOptions,
} from './verifier.ts';
export { LEASE_REFUSAL_REASONS, type LeaseRefusal, type LeaseRefusalReason } from './refusals.ts';
