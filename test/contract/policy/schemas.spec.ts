import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fileJsonSchema } from '@inland/policy-checks';
import { decisionInputJsonSchema } from '@inland/residency';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../deploy/schemas/${name}`, import.meta.url), 'utf8'));

/** Where these differ: `inland schema > deploy/schemas/inland.schema.json`, and with `DecisionInput` for the other. */
describe('the schemas in deploy/', () => {
  it('are those of the code: of files of rules', () => {
    expect(read('inland.schema.json')).toEqual(JSON.parse(JSON.stringify(fileJsonSchema())));
  });
  it('are those of the code: of what a bundle is asked with', () => {
    expect(read('decision-input.v1.schema.json')).toEqual(JSON.parse(JSON.stringify(decisionInputJsonSchema())));
  });
  it('say something of each kind', () => {
    const { allOf } = read('inland.schema.json') as {
      readonly allOf: readonly { readonly then: { readonly properties: object } }[];
    };
    expect(allOf.length).toBeGreaterThan(7);
    expect(allOf.every(({ then: schema }) => Object.keys(schema.properties).includes('spec'))).toBe(true);
  });
});
