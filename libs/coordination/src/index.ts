export type { Coordination } from './coordination.ts';
