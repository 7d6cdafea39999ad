import type { DecisionResult, PolicyEngine } from '@inland/residency';
import { accessInput, type AccessDefaults } from './access-input.ts';
import type { PolicyTest } from './policy-test.ts';

/** How one case came out. */
export interface CaseResult {
  readonly test: string;
  readonly name: string;
  readonly passed: boolean;
  /** What came out otherwise than expected, a sentence each. */
  readonly problems: readonly string[];
  readonly decision: DecisionResult;
}

type Expectation = PolicyTest['spec']['cases'][number]['expect'];

/** Decides each access that a test states, on the world that the engine has. */
export function runPolicyTest(engine: PolicyEngine, test: PolicyTest, defaults: AccessDefaults): CaseResult[] {
  const { given, cases } = test.spec;
  return cases.map(({ name, access, expect }) => {
    const decision = engine.decide(accessInput(engine.world, { ...given, ...access }, defaults));
    const problems = differences(expect, decision);
    return { test: test.metadata.name, name, passed: problems.length === 0, problems, decision };
  });
}

function differences(expect: Expectation, { outcome, reasons, obligations }: DecisionResult): string[] {
  const problems: string[] = [];
  const said = reasons.map(({ code, rule }) => (rule === '' ? code : `${code} by ${rule}`)).join('; ');
  if (outcome !== expect.outcome) problems.push(`expected ${expect.outcome}, got ${outcome}: ${said}`);
  if (expect.reason !== undefined && !reasons.some(({ code }) => code === expect.reason))
    problems.push(`expected the reason ${expect.reason}, got ${said}`);
  if (expect.rule !== undefined && !reasons.some(({ rule }) => rule === expect.rule))
    problems.push(`expected ${expect.rule} to say so, got ${said}`);
  const got = {
    mask: [...obligations.mask].sort().join(', '),
    record: obligations.recordStrict ? 'strict' : 'bounded',
    maxSessionSeconds: obligations.maxSessionSeconds,
    maxIdleSeconds: obligations.maxIdleSeconds,
  };
  const wanted = { ...expect, mask: expect.mask === undefined ? undefined : [...expect.mask].sort().join(', ') };
  for (const part of ['mask', 'record', 'maxSessionSeconds', 'maxIdleSeconds'] as const)
    if (wanted[part] !== undefined && wanted[part] !== got[part])
      problems.push(`expected ${part} ${wanted[part] || 'none'}, got ${got[part] || 'none'}`);
  return problems;
}
