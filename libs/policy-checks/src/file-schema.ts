import { jsonSchemaOf, resourceKinds } from '@inland/residency';
import { policyTestJsonSchema } from './policy-test.ts';

/**
 * The JSON Schema (2020-12) of a document in a file of rules: any kind of resource, or a PolicyTest. Editors complete by
 * it: `# yaml-language-server: $schema=…` in the first line of a file.
 */
export function fileJsonSchema(): object {
  const kinds = [
    ...resourceKinds.map((kind) => [kind, jsonSchemaOf(kind)] as const),
    ['PolicyTest', policyTestJsonSchema()] as const,
  ];
  const inner = ({ $schema: _schema, ...rest }: Record<string, unknown>): object => rest;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Inland rules',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: { kind: { enum: kinds.map(([kind]) => kind) } },
    // By its kind, so that an editor says what is wrong with that one and not with all.
    allOf: kinds.map(([kind, schema]) => ({
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: inner(schema as Record<string, unknown>),
    })),
  };
}
