export {
  emptyRuleChanges,
  evolveRuleChanges,
  type ChangedResource,
  type ProposedChange,
  type RuleChanges,
  type RuleVersion,
} from './rule-changes.ts';
export { changesBack, worldsOf, type ChangesBack } from './versions.ts';
