export { MemoryCoordination } from './memory-coordination.ts';
