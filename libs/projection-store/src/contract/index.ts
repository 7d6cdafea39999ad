export {
  projectionStoreContract,
  type OpenProjectionStore,
  type ProjectionStoreSubject,
} from './projection-store-contract.ts';
