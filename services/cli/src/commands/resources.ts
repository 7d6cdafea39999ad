import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { Fault } from '@inland/kernel';
import { parseResources, resourceKinds, type Resource } from '@inland/residency';
import { stringify } from 'yaml';
import { clientOf, printJson } from '../client-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';

interface Change {
  readonly kind: string;
  readonly name: string;
  readonly change: 'created' | 'changed' | 'unchanged';
  readonly before?: unknown;
  readonly after?: unknown;
}

function readAll(files: readonly string[]): Resource[] {
  return files.flatMap((file) => {
    let text: string;
    try {
      text = readFileSync(file === '-' ? 0 : file, 'utf8');
    } catch (error) {
      throw new Fault('invalid_argument', `${file} cannot be read`, { cause: error });
    }
    return parseResources(text, file);
  });
}

const collect = (file: string, files: readonly string[] = []): string[] => [...files, file];

function kindNamed(word: string): string {
  const found = resourceKinds.find((kind) =>
    [kind, `${kind}s`].some((name) => name.toLowerCase() === word.toLowerCase()),
  );
  if (found === undefined && word.toLowerCase() === 'residencypolicies') return 'ResidencyPolicy';
  if (found === undefined)
    throw new Fault('invalid_argument', `there is no kind ${word}; there are ${resourceKinds.join(', ')}`);
  return found;
}

export function resourceCommands(): Command[] {
  return [applyCommand(), diffCommand(), getCommand(), deleteCommand()];
}

function applyCommand(): Command {
  return new Command('apply')
    .description('create or change resources from YAML files; each change is an event with who made it')
    .requiredOption('-f, --file <file>', 'a file, or - for standard input; may be given more than once', collect)
    .option('--json', 'print what changed as JSON')
    .action(async (options: { readonly file: string[]; readonly json?: boolean }, command: Command) => {
      const resources = readAll(options.file);
      const { changes } = await clientOf(command).post<{ changes: Change[] }>('/api/v1/resources/apply', { resources });
      if (options.json) return printJson(changes);
      for (const { kind, name, change } of changes) console.log(`${kind}/${name} ${change}`);
    });
}

function diffCommand(): Command {
  return new Command('diff')
    .description(`what \`apply\` would change; exits ${exitCodes.differs} when there is something`)
    .requiredOption('-f, --file <file>', 'a file, or - for standard input; may be given more than once', collect)
    .option('--json', 'print the differences as JSON')
    .action(async (options: { readonly file: string[]; readonly json?: boolean }, command: Command) => {
      const body = { resources: readAll(options.file), dryRun: true };
      const { changes } = await clientOf(command).post<{ changes: Change[] }>('/api/v1/resources/apply', body);
      const different = changes.filter(({ change }) => change !== 'unchanged');
      if (different.length > 0) process.exitCode = exitCodes.differs;
      if (options.json) return printJson(different);
      for (const { kind, name, change, before, after } of different) {
        console.log(`${change === 'created' ? '+' : '~'} ${kind}/${name}`);
        for (const line of lineDiff(yamlOf(before), yamlOf(after))) console.log(`    ${line}`);
      }
    });
}

const yamlOf = (value: unknown): string[] =>
  value === undefined || value === null ? [] : stringify(value).trimEnd().split('\n');

/** The lines that differ, in order: removed as `-`, added as `+` (a longest common subsequence). */
function lineDiff(before: readonly string[], after: readonly string[]): string[] {
  const lengths = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      (lengths[i] as number[])[j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) [i, j] = [i + 1, j + 1];
    else if (j >= after.length || (i < before.length && at(i + 1, j) >= at(i, j + 1))) lines.push(`- ${before[i++]}`);
    else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}

function getCommand(): Command {
  return new Command('get')
    .description(`print resources: ${resourceKinds.join(', ')}`)
    .argument('<kind>', 'the kind, such as targets')
    .argument('[name]', 'only this one')
    .option('-o, --output <form>', 'table, yaml or json', 'table')
    .option('--json', 'the same as -o json')
    .action(
      async (word: string, name: string | undefined, options: { output: string; json?: boolean }, command: Command) => {
        const kind = kindNamed(word);
        const { resources } = await clientOf(command).get<{ resources: Resource[] }>(`/api/v1/resources?kind=${kind}`);
        const chosen = name === undefined ? resources : resources.filter(({ metadata }) => metadata.name === name);
        if (name !== undefined && chosen.length === 0)
          throw new Fault('not_found', `there is no ${kind} named ${name}`);
        if (options.json || options.output === 'json') return printJson(name === undefined ? chosen : chosen[0]);
        if (options.output === 'yaml')
          return console.log(
            chosen
              .map((resource) => stringify(resource))
              .join('---\n')
              .trimEnd(),
          );
        const rows = chosen.map(({ metadata, spec }) => [metadata.name, summary(spec as Record<string, unknown>)]);
        console.log(table(['NAME', 'SUMMARY'], rows));
      },
    );
}

function summary(spec: Record<string, unknown>): string {
  const keys = [
    'description',
    'protocol',
    'address',
    'region',
    'country',
    'countries',
    'detect',
    'logins',
    'operations',
  ];
  return keys
    .filter((key) => spec[key] !== undefined)
    .map((key) => `${key}=${shortValue(spec[key])}`)
    .join('  ')
    .slice(0, 100);
}

function shortValue(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value
    .map((item) => (typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : String(item)))
    .join(',');
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('remove a resource')
    .argument('<kind>')
    .argument('<name>')
    .action(async (word: string, name: string, _options: unknown, command: Command) => {
      const kind = kindNamed(word);
      await clientOf(command).delete(`/api/v1/resources/${kind}/${encodeURIComponent(name)}`);
      console.log(`${kind}/${name} deleted`);
    });
}
