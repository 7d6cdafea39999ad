import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
import { Fault } from '@inland/kernel';
import {
  accessMatrix,
  lintWorld,
  matrixCsv,
  matrixSvg,
  parsePolicyFile,
  runPolicyTest,
  worldWith,
  type AccessMatrix,
  type MatrixCell,
  type PolicyFile,
  type WhatIfChange,
  type WhatIfReport,
} from '@inland/policy-checks';
import { PolicyEngine, resourceKinds, type Resource, type World } from '@inland/residency';
import { loadShellReader, loadSqlParser } from '@inland/statements';
import { clientOf, printJson } from '../client-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { oneLine, table } from '../table.ts';
import { policyChangeCommands } from './policy-changes.ts';

const collect = (file: string, files: readonly string[] = []): string[] => [...files, file];
const fileHelp = 'a file or a folder of YAML; may be given more than once';

export function policyCommand(): Command {
  const policy = new Command('policy')
    .description('check rules before they hold, see how they came to be, and go back')
    .addCommand(testCommand().exitOverride())
    .addCommand(lintCommand().exitOverride())
    .addCommand(matrixCommand().exitOverride())
    .addCommand(whatIfCommand().exitOverride());
  for (const command of policyChangeCommands()) policy.addCommand(command.exitOverride());
  return policy;
}

function testCommand(): Command {
  return new Command('test')
    .description(`run the PolicyTests in these files; exits ${exitCodes.failed} when one does not come out as expected`)
    .requiredOption('-f, --file <file>', fileHelp, collect)
    .option('--region <region>', 'where the gateway runs, where a test does not say; where the target is, when absent')
    .option('--json', 'print the results as JSON')
    .addHelpText('after', testExample)
    .action(async (options: { readonly file: string[]; readonly region?: string; readonly json?: boolean }) => {
      const { resources, tests } = readFiles(options.file);
      if (tests.length === 0)
        throw new Fault(
          'invalid_argument',
          `there is no PolicyTest in ${options.file.join(', ')}; see inland policy test --help`,
        );
      const engine = await engineFor(worldWith(resources));
      const defaults = { region: options.region, sqlParser: await loadSqlParser(), shell: await loadShellReader() };
      const results = tests.flatMap((test) => runPolicyTest(engine, test, defaults));
      const failed = results.filter(({ passed }) => !passed);
      if (failed.length > 0) process.exitCode = exitCodes.failed;
      if (options.json)
        return printJson(
          results.map(({ decision: { outcome, reasons, obligations }, ...rest }) => ({
            ...rest,
            decision: { outcome, reasons, obligations },
          })),
        );
      for (const { test, name, passed, problems } of results) {
        console.log(`${passed ? 'ok    ' : 'FAILED'}  ${test}: ${name}`);
        for (const problem of problems) console.log(`          ${problem}`);
      }
      console.log(`\n${results.length - failed.length} of ${results.length} came out as expected`);
    });
}

const testExample = `
A test stands beside the rules, in a file of its own or in theirs:

  apiVersion: inland/v1
  kind: PolicyTest
  metadata: { name: orders }
  spec:
    given: { groups: [developers], from: DE, to: orders-eu }
    cases:
      - name: developers in Germany read, masked
        access: { operation: postgres.query, text: SELECT 1 }
        expect: { outcome: allowed, mask: [email, card, iban] }
      - name: nobody from the United States
        access: { from: US }
        expect: { outcome: denied, reason: residency_client_outside }`;

function lintCommand(): Command {
  return new Command('lint')
    .description(
      `rules that can never match, add nothing or contradict each other; exits ${exitCodes.failed} on an error`,
    )
    .option('-f, --file <file>', `${fileHelp}; what is in force, when absent`, collect)
    .option('--strict', `exit ${exitCodes.failed} on a warning too`)
    .option('--json', 'print as JSON')
    .action(
      async (
        options: { readonly file?: string[]; readonly strict?: boolean; readonly json?: boolean },
        command: Command,
      ) => {
        const engine = await engineFor(await worldOf(options.file, command));
        const findings = lintWorld(engine.world, engine);
        if (findings.some(({ level }) => level === 'error' || options.strict)) process.exitCode = exitCodes.failed;
        if (options.json) return printJson(findings);
        for (const { level, code, resource, message } of findings)
          console.log(`${level.padEnd(7)}  ${resource}: ${message} [${code}]`);
        if (findings.length === 0) console.log('nothing to say against these rules');
      },
    );
}

function matrixCommand(): Command {
  return new Command('matrix')
    .description('groups of people against targets: allowed, allowed with obligations, refused')
    .option('-f, --file <file>', `${fileHelp}; what is in force, when absent`, collect)
    .option('--from <country>', 'where the clients are (ISO 3166: DE)', 'unknown')
    .option('--op <operation>', 'an operation such as ssh.exec or postgres.query', 'connect')
    .option('--text <command>', 'the command or statement')
    .option('--group <group>', 'only this group; may be given more than once', collect)
    .option('--region <region>', 'where the gateway runs; where each target is, when absent')
    .option('--csv', 'print as CSV, a line for each group and target')
    .option('--svg <file>', 'write a picture')
    .option('--json', 'print as JSON')
    .action(async (options: MatrixFlags, command: Command) => {
      const engine = await engineFor(await worldOf(options.file, command));
      const matrix = accessMatrix(engine, {
        from: options.from,
        operation: options.op,
        text: options.text,
        groups: options.group,
        region: options.region,
        sqlParser: await loadSqlParser(),
        shell: await loadShellReader(),
      });
      if (matrix.groups.length === 0 || matrix.targets.length === 0)
        throw new Fault('not_found', 'there is no group, or no target, in these rules');
      if (options.svg !== undefined) {
        writeFileSync(options.svg, matrixSvg(matrix));
        console.error(`wrote ${options.svg}`);
        return;
      }
      if (options.json) return printJson(matrix);
      if (options.csv) return void process.stdout.write(matrixCsv(matrix));
      printMatrix(matrix);
    });
}

function whatIfCommand(): Command {
  return new Command('what-if')
    .description(
      `what recorded attempts and commands would come out as by these rules; exits ${exitCodes.differs} when otherwise`,
    )
    .requiredOption('-f, --file <file>', `${fileHelp}; on top of the rules that are in force`, collect)
    .option('--since <time>', 'from then on: 30d, 12h, or a time such as 2026-11-01T00:00:00Z', '30d')
    .option('--json', 'print the report as JSON')
    .action(
      async (
        options: { readonly file: string[]; readonly since: string; readonly json?: boolean },
        command: Command,
      ) => {
        const since = timeOf(options.since);
        const { resources } = readFiles(options.file);
        console.error(`making the decisions since ${since} again …`);
        const report = await clientOf(command).post<WhatIfReport>('/api/v1/policy/what-if', { resources, since });
        const { refusedNow, allowedNow, obligedOtherwise } = report;
        const changes = [
          ['refused now', refusedNow],
          ['allowed now', allowedNow],
          ['allowed with other obligations', obligedOtherwise],
        ] as const;
        if (changes.some(([, { decisions }]) => decisions > 0)) process.exitCode = exitCodes.differs;
        if (options.json) return printJson(report);
        console.log(`${report.decisions} decisions: ${report.unchanged} would come out as they did`);
        if (report.withheld > 0)
          console.log(`${report.withheld} hung on what was masked in the record, and cannot be made again`);
        for (const [title, change] of changes) if (change.decisions > 0) printChange(title, change);
      },
    );
}

function printChange(title: string, { decisions, people, targets, sessions, examples }: WhatIfChange): void {
  const some = (names: readonly (readonly [string, number])[]): string =>
    names
      .slice(0, 5)
      .map(([name, times]) => `${name} (${times})`)
      .join(', ') + (names.length > 5 ? ', …' : '');
  console.log(`\n${decisions} ${title}, in ${sessions} sessions, of ${some(people)}, at ${some(targets)}\n`);
  const rows = examples.map(({ time, session, command, subject, target, operation, code, rule }) => [
    time.slice(0, 19).replace('T', ' '),
    command === 0 ? session : `${session}#${command}`,
    oneLine(subject, 20),
    target,
    operation,
    code,
    rule,
  ]);
  console.log(table(['TIME', 'SESSION', 'WHO', 'TARGET', 'OPERATION', 'BECAUSE', 'RULE'], rows));
}

/** A time ago, or a time, as RFC 3339. */
function timeOf(text: string): string {
  const ago = /^(\d{1,5})([dhm])$/.exec(text);
  if (ago !== null) {
    const millis = { d: 86_400_000, h: 3_600_000, m: 60_000 }[ago[2] as 'd' | 'h' | 'm'];
    return new Date(Date.now() - Number(ago[1]) * millis).toISOString();
  }
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new Fault('invalid_argument', `${text} is no time: write 30d, 12h, or 2026-11-01T00:00:00Z`);
  return at.toISOString();
}

interface MatrixFlags {
  readonly file?: string[];
  readonly from: string;
  readonly op: string;
  readonly text?: string;
  readonly group?: string[];
  readonly region?: string;
  readonly csv?: boolean;
  readonly svg?: string;
  readonly json?: boolean;
}

/** Targets down, groups across: there are more targets than groups, as a rule. */
function printMatrix({ from, operation, groups, targets, cells }: AccessMatrix): void {
  console.log(`${operation} from ${from}\n`);
  const rows = targets.map(({ name, region }, column) => [
    name,
    region,
    ...groups.map((_, row) => shortly(cells[row]?.[column])),
  ]);
  console.log(table(['TARGET', 'REGION', ...groups], rows));
}

function shortly(cell: MatrixCell | undefined): string {
  if (cell === undefined) return '';
  if (cell.outcome === 'denied') return `refused (${cell.code})`;
  return cell.obligations.length === 0 ? 'allowed' : `allowed; ${cell.obligations.join('; ')}`;
}

async function engineFor(world: World): Promise<PolicyEngine> {
  const file = createRequire(import.meta.url).resolve('@inland/residency/bundle/default.wasm');
  const engine = await PolicyEngine.load(readFileSync(file));
  engine.setWorld(world);
  return engine;
}

/** The rules in files, on top of what Inland knows by itself; or those that are in force. */
async function worldOf(files: readonly string[] | undefined, command: Command): Promise<World> {
  if (files !== undefined) return worldWith(readFiles(files).resources);
  const client = clientOf(command);
  const resources: Resource[] = [];
  for (const kind of resourceKinds)
    resources.push(...(await client.get<{ resources: Resource[] }>(`/api/v1/resources?kind=${kind}`)).resources);
  return worldWith(resources);
}

/** Everything in these files, and in the YAML files of these folders. One resource may be in one place only. */
function readFiles(files: readonly string[]): PolicyFile {
  const resources: Resource[] = [];
  const tests: PolicyFile['tests'][number][] = [];
  const places = new Map<string, string>();
  for (const file of files.flatMap(yamlFiles)) {
    const found = parsePolicyFile(readText(file), file);
    for (const { kind, metadata } of [...found.resources, ...found.tests]) {
      const name = `${kind}/${metadata.name}`;
      const before = places.get(name);
      if (before !== undefined) throw new Fault('invalid_argument', `${name} is in ${before} and in ${file}; keep one`);
      places.set(name, file);
    }
    resources.push(...found.resources);
    tests.push(...found.tests);
  }
  return { resources, tests };
}

function yamlFiles(path: string): string[] {
  if (path === '-' || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Fault('invalid_argument', `${file} cannot be read`, { cause: error });
  }
}
