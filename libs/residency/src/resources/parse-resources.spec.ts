import { describe, expect, it } from '@jest/globals';
import { jsonSchemaOf, parseResource, parseResources, resourceBytesMax, resourceKinds } from '../index.ts';

const target = (change = ''): string => `apiVersion: inland/v1
kind: Target
metadata: { name: orders-eu }
spec:
  protocol: postgres
  address: db.internal:5432
  region: aws:eu-central-1
  dataClasses: [personal]
  logins: [{ name: app, secret: prod/orders }]
${change}`;

const problems = (text: string): string => {
  try {
    parseResources(text, 'a.yaml');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('resources from YAML', () => {
  it('are read, several in one file, with their defaults', () => {
    const [first, second] = parseResources(
      `${target()}---\napiVersion: inland/v1\nkind: ResidencyPolicy\nmetadata: { name: p }\nspec: { covers: {} }\n`,
      'a.yaml',
    );
    expect(first).toMatchObject({
      kind: 'Target',
      metadata: { name: 'orders-eu', labels: {} },
      spec: { region: 'aws:eu-central-1' },
    });
    expect(second).toMatchObject({
      spec: {
        require: {},
        forbid: [],
        obligations: { mask: [], record: 'bounded', maxSessionSeconds: 0, maxIdleSeconds: 0 },
      },
    });
  });
  it('name file, line, place and fix of every problem at once', () => {
    const text = target().replace('5432', 'x').replace('personal', 'Personal');
    const lines = problems(text).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^a\.yaml:6: spec\.address: .*host:port/);
    expect(lines[1]).toMatch(/^a\.yaml:8: spec\.dataClasses\.0: .*personal/);
  });
  it('count lines over several documents', () => {
    expect(problems(`${target()}---\n${target().replace('postgres', 'ftp')}`)).toMatch(/^a\.yaml:15: spec\.protocol/);
  });
  it.each([
    ['a key that is not known', target('  colour: red\n'), /colour/],
    ['a kind that is not known', 'kind: Tarmac\n', /must be one of Region, .*"Tarmac"/],
    ['YAML that is none', 'a: [\n', /^a\.yaml:\d+: /],
    ['a key that is there twice', `kind: Target\nkind: Target\n`, /^a\.yaml:2: .*unique/i],
    ['a resource that is there twice', `${target()}---\n${target()}`, /Target\/orders-eu is there twice/],
    ['a secret that leaves its folder', target().replace('prod/orders', 'prod/../../etc/shadow'), /secrets folder/],
    ['an absolute secret', target().replace('prod/orders', '/etc/shadow'), /secrets folder/],
    ['what is too much', `# ${'x'.repeat(resourceBytesMax)}`, /split it/],
  ])('refuse %s', (_, text, expected) => {
    expect(problems(text)).toMatch(expected);
  });
  it('may be none', () => {
    expect(parseResources('', 'a.yaml')).toEqual([]);
    expect(parseResources('---\n---\n', 'a.yaml')).toEqual([]);
  });
});

describe('a resource from plain values', () => {
  it.each([null, 1, 'x', [], {}, { kind: 'Target' }, { kind: '__proto__' }])(
    'is refused with its problems (%j)',
    (value) => {
      const parsed = parseResource(value);
      expect(parsed.kind === 'problems' && parsed.problems.length > 0).toBe(true);
    },
  );
  it.each(resourceKinds)('has a JSON Schema (%s)', (kind) => {
    expect(jsonSchemaOf(kind)).toMatchObject({
      type: 'object',
      properties: { kind: { const: kind }, spec: { type: 'object' } },
    });
  });
});
