export { coordinationContract, type CoordinationUnderTest } from './coordination-contract.ts';
