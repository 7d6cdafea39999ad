export type {
  CommandDestination,
  DecisionInput,
  DecisionObligations,
  DecisionReason,
  DecisionResult,
  OperationEffect,
  StatedRequest,
  TargetEvidence,
} from './decision.ts';
export { decisionInputJsonSchema, decisionInputSchema } from './decision-input-schema.ts';
export { canonicalJson, sha256Hex } from './canonical-json.ts';
export { ClientPlaces, type ClientPlace, type CountryOfAddress, type TrustedNetwork } from './client-place.ts';
export { destinationRegion } from './destination-region.ts';
export { policyData, type PolicyData } from './policy-data.ts';
export { rulesOf } from './rules-about.ts';
export { endOf } from './consent-data.ts';
export { momentsIn, type LocalMoment } from './moments.ts';
export { PolicyEngine } from './policy-engine.ts';
export { PolicyExtension } from './policy-extension.ts';
export { reasonCodes, sayReason, type RawReason, type ReasonCode } from './reason-messages.ts';
export {
  parseDocuments,
  parseResource,
  parseResources,
  parseSourced,
  resourceBytesMax,
  sourcesIn,
  type ParsedDocument,
  type ResourceProblem,
} from './resources/parse-resources.ts';
export {
  jsonSchemaOf,
  resourceKinds,
  resourceSchemas,
  type Resource,
  type ResourceKind,
  type ResourceOf,
  type SpecOf,
} from './resources/resource.ts';
export { systemResources } from './system-resources.ts';
export {
  diffResources,
  emptyWorld,
  evolveWorld,
  resourceNamed,
  resourcesOf,
  type ResourceChange,
  type ResourceSource,
  type World,
} from './world.ts';
