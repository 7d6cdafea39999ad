import { Fault } from '@inland/kernel';
import { fileJsonSchema, policyTestJsonSchema } from '@inland/policy-checks';
import { decisionInputJsonSchema, jsonSchemaOf, resourceKinds } from '@inland/residency';
import { Command } from 'commander';
import { printJson } from '../client-of.ts';

export function schemaCommand(): Command {
  return new Command('schema')
    .description(
      'print the JSON Schema of rules, for editors, or of one kind, or of what a policy bundle is asked with',
    )
    .argument(
      '[kind]',
      `${resourceKinds.join(', ')}, PolicyTest or DecisionInput; all that stands in files, when absent`,
    )
    .addHelpText(
      'after',
      `
An editor with yaml-language-server completes by it, and says what is wrong while you type:

  inland schema > inland.schema.json
  # yaml-language-server: $schema=inland.schema.json       (the first line of your file)`,
    )
    .action((kind: string | undefined) => printJson(schemaOf(kind)));
}

function schemaOf(kind: string | undefined): object {
  if (kind === undefined) return fileJsonSchema();
  if (kind === 'DecisionInput') return decisionInputJsonSchema();
  if (kind === 'PolicyTest') return policyTestJsonSchema();
  const known = resourceKinds.find((one) => one === kind);
  if (known === undefined)
    throw new Fault(
      'invalid_argument',
      `there is no kind ${kind}; there are ${resourceKinds.join(', ')}, PolicyTest and DecisionInput`,
    );
  return jsonSchemaOf(known);
}
