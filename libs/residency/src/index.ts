export type { DecisionInput, DecisionObligations, DecisionReason, DecisionResult } from './decision.ts';
