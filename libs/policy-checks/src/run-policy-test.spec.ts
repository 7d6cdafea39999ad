import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyEngine } from '@inland/residency';
import { loadShellReader, loadSqlParser, type ShellReader, type SqlParser } from '@inland/statements';
import { parsePolicyFile } from './parse-policy-file.ts';
import { engineWith, sound } from './policy-checks.spec-support.ts';
import { runPolicyTest } from './run-policy-test.ts';

let engine: PolicyEngine;
let sqlParser: SqlParser;
let shell: ShellReader;
beforeAll(async () => {
  engine = await engineWith(sound);
  sqlParser = await loadSqlParser();
  shell = await loadShellReader();
});

function run(cases: string, region?: string) {
  const text = `apiVersion: inland/v1
kind: PolicyTest
metadata: { name: t }
spec:
  given: { groups: [developers], from: DE, to: orders }
  cases:
${cases.replace(/^/gm, '    ')}`;
  const [test] = parsePolicyFile(text, 't.yaml').tests;
  if (test === undefined) throw new Error('no test');
  return runPolicyTest(engine, test, { region, sqlParser, shell }).map(({ passed, problems }) => ({
    passed,
    problems,
  }));
}

describe('runPolicyTest', () => {
  it('passes what comes out as expected', () => {
    const cases = `- { name: a, expect: { outcome: allowed, rule: AccessGrant/developers, mask: [email], record: bounded } }
- { name: b, access: { from: US }, expect: { outcome: denied, reason: residency_client_outside } }
- { name: c, access: { operation: postgres.query, text: "COPY t TO PROGRAM 'x'" }, expect: { outcome: denied } }
- { name: d, access: { operation: postgres.query, text: SELECT 1 }, expect: { outcome: allowed } }
- { name: e, access: { operation: postgres.query, text: SELECT 1, effects: [export] }, expect: { outcome: denied } }`;
    expect(run(cases)).toEqual(Array.from({ length: 5 }, () => ({ passed: true, problems: [] })));
  });

  it('says of what does not what it was, and why', () => {
    const cases = `- { name: a, access: { from: US }, expect: { outcome: allowed } }
- { name: b, expect: { outcome: allowed, mask: [card], record: strict, maxIdleSeconds: 60 } }
- { name: c, access: { from: US }, expect: { outcome: denied, reason: grant_missing, rule: AccessGrant/x } }`;
    expect(run(cases)).toEqual([
      {
        passed: false,
        problems: ['expected allowed, got denied: residency_client_outside by ResidencyPolicy/eea'],
      },
      {
        passed: false,
        problems: [
          'expected mask card, got email',
          'expected record strict, got bounded',
          'expected maxIdleSeconds 60, got none',
        ],
      },
      {
        passed: false,
        problems: [
          'expected the reason grant_missing, got residency_client_outside by ResidencyPolicy/eea',
          'expected AccessGrant/x to say so, got residency_client_outside by ResidencyPolicy/eea',
        ],
      },
    ]);
  });

  it('takes the gateway to be where it is told to be', () => {
    expect(run('- { name: a, expect: { outcome: denied, reason: region_unknown } }', 'aws:moon-1')[0]?.passed).toBe(
      true,
    );
  });

  it('names file, line and field of a test that is none', () => {
    const text = `apiVersion: inland/v1
kind: PolicyTest
metadata: { name: t }
spec:
  cases:
    - name: a
      expect: { outcome: maybe }`;
    expect(() => parsePolicyFile(text, 't.yaml')).toThrow(/^t\.yaml:7: spec\.cases\.0\.expect\.outcome: /);
  });
});
