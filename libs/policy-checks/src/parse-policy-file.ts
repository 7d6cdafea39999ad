import { parseDocuments, parseResource, type ParsedDocument, type Resource } from '@inland/residency';
import { policyTestSchema, type PolicyTest } from './policy-test.ts';

/** What stands in files of rules. */
export interface PolicyFile {
  readonly resources: readonly Resource[];
  readonly tests: readonly PolicyTest[];
}

/** Reads resources and tests from YAML. Faults with `invalid_argument` that names file, line and what to write instead. */
export function parsePolicyFile(text: string, file: string): PolicyFile {
  const all = parseDocuments<Resource | PolicyTest>(text, file, (value) => {
    const isTest = typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'PolicyTest';
    return isTest ? parseTest(value) : asDocument(parseResource(value));
  });
  return {
    resources: all.filter((one): one is Resource => one.kind !== 'PolicyTest'),
    tests: all.filter((one): one is PolicyTest => one.kind === 'PolicyTest'),
  };
}

function asDocument(result: ReturnType<typeof parseResource>): ParsedDocument<Resource> {
  return result.kind === 'resource' ? { kind: 'parsed', value: result.resource } : result;
}

function parseTest(value: unknown): ParsedDocument<PolicyTest> {
  const parsed = policyTestSchema.safeParse(value);
  if (parsed.success) return { kind: 'parsed', value: parsed.data };
  return { kind: 'problems', problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) };
}
