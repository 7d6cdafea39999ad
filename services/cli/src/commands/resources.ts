import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { Fault } from '@inland/kernel';
import { parseSourced, resourceKinds, type Resource, type ResourceSource } from '@inland/residency';
import { stringify } from 'yaml';
import { clientOf, printJson } from '../client-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';
import { printYamlDiff } from '../yaml-diff.ts';

interface Change {
  readonly kind: string;
  readonly name: string;
  readonly change: 'created' | 'changed' | 'unchanged';
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What files say, and where. */
interface Sourced {
  readonly resources: Resource[];
  readonly sources: Record<string, ResourceSource>;
}

function readAll(files: readonly string[]): Sourced {
  const all: Sourced = { resources: [], sources: {} };
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file === '-' ? 0 : file, 'utf8');
    } catch (error) {
      throw new Fault('invalid_argument', `${file} cannot be read`, { cause: error });
    }
    const { resources, sources } = parseSourced(text, file === '-' ? 'standard input' : file);
    all.resources.push(...resources);
    Object.assign(all.sources, sources);
  }
  return all;
}

/** What a change of the rules came to. */
export interface ChangeResult {
  readonly changes: readonly Change[];
  readonly deleted?: readonly { readonly kind: string; readonly name: string }[];
  readonly warnings: readonly string[];
  readonly proposed?: string;
  readonly version?: number;
}

export function printChange({ changes, deleted = [], warnings, proposed, version }: ChangeResult): void {
  for (const { kind, name, change } of changes) console.log(`${kind}/${name} ${change}`);
  for (const { kind, name } of deleted) console.log(`${kind}/${name} deleted`);
  for (const warning of warnings) console.error(`warning: ${warning}`);
  if (proposed !== undefined)
    console.log(
      `\nproposed as ${proposed}: another administrator approves it with \`inland policy approve ${proposed}\``,
    );
  if (version !== undefined) console.log(`\nversion ${version} of the rules`);
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
    .option('--reason <text>', 'why: it stands in `inland policy history`', '')
    .option('--json', 'print what changed as JSON')
    .action(
      async (
        options: { readonly file: string[]; readonly reason: string; readonly json?: boolean },
        command: Command,
      ) => {
        const body = { ...readAll(options.file), reason: options.reason };
        const result = await clientOf(command).post<ChangeResult>('/api/v1/resources/apply', body);
        if (options.json) return printJson(result.changes);
        printChange(result);
      },
    );
}

function diffCommand(): Command {
  return new Command('diff')
    .description(`what \`apply\` would change; exits ${exitCodes.differs} when there is something`)
    .requiredOption('-f, --file <file>', 'a file, or - for standard input; may be given more than once', collect)
    .option('--json', 'print the differences as JSON')
    .action(async (options: { readonly file: string[]; readonly json?: boolean }, command: Command) => {
      const body = { resources: readAll(options.file).resources, dryRun: true };
      const { changes } = await clientOf(command).post<{ changes: Change[] }>('/api/v1/resources/apply', body);
      const different = changes.filter(({ change }) => change !== 'unchanged');
      if (different.length > 0) process.exitCode = exitCodes.differs;
      if (options.json) return printJson(different);
      for (const { kind, name, change, before, after } of different) {
        console.log(`${change === 'created' ? '+' : '~'} ${kind}/${name}`);
        printYamlDiff(before, after);
      }
    });
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
    .option('--reason <text>', 'why: it stands in `inland policy history`', '')
    .action(async (word: string, name: string, { reason }: { readonly reason: string }, command: Command) => {
      const kind = kindNamed(word);
      const path = `/api/v1/resources/${kind}/${encodeURIComponent(name)}?reason=${encodeURIComponent(reason)}`;
      printChange(await clientOf(command).delete<ChangeResult>(path));
    });
}
