export { policyService } from './policy-service.ts';
export { policyConfigSchema, type PolicyConfig } from './policy-config.ts';
export { bundleFrom, defaultBundle, type PolicyBundle } from './policy-bundle.ts';
export { preparePolicy, type PolicyPreparation } from './prepare-policy.ts';
export type { ApplyResult } from './apply-result.ts';
export { RuleChanges, type RuleChangesParts } from './rule-changes.ts';
export { ExplainAccess, type ExplainFacts, type ExplainRequest, type Explanation } from './explain-access.ts';
export { WhatIfLog } from './what-if-log.ts';
