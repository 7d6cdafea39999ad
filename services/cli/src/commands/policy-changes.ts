import type { RuleVersion } from '@inland/rule-changes';
import { Fault } from '@inland/kernel';
import { Command } from 'commander';
import { clientOf, printJson } from '../client-of.ts';
import { oneLine, table } from '../table.ts';
import { printYamlDiff } from '../yaml-diff.ts';
import { printChange, type ChangeResult } from './resources.ts';

interface Proposal {
  readonly change: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
  readonly changes: {
    readonly apply: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[];
    readonly delete: readonly { readonly kind: string; readonly name: string }[];
    readonly approvals: readonly string[];
  };
}

interface ShownVersion {
  readonly version: RuleVersion;
  readonly changes: readonly {
    readonly kind: string;
    readonly name: string;
    readonly before: unknown;
    readonly after: unknown;
  }[];
}

/** `inland policy …`: the versions of the rules, and changes that wait for approval. */
export function policyChangeCommands(): Command[] {
  return [historyCommand(), rollBackCommand(), proposalsCommand(), approveCommand(), rejectCommand()];
}

function historyCommand(): Command {
  return new Command('history')
    .description('every version of the rules: who changed what, when and why')
    .argument('[version]', 'what this one changed')
    .option('--json', 'print as JSON')
    .action(async (wanted: string | undefined, options: { readonly json?: boolean }, command: Command) => {
      const client = clientOf(command);
      if (wanted !== undefined) {
        const shown = await client.get<ShownVersion>(`/api/v1/policy/history/${versionNumber(wanted)}`);
        if (options.json) return printJson(shown);
        const { version, at, actor, reason, approvers } = shown.version;
        console.log(
          `version ${version}, ${at}, by ${actor}${approvers.length === 0 ? '' : `, approved by ${approvers.join(', ')}`}`,
        );
        if (reason !== '') console.log(`  ${oneLine(reason, 500)}`);
        for (const { kind, name, before, after } of shown.changes) {
          console.log(`${before === null ? '+' : after === null ? '-' : '~'} ${kind}/${name}`);
          printYamlDiff(before, after);
        }
        return;
      }
      const { versions } = await client.get<{ versions: RuleVersion[] }>('/api/v1/policy/history');
      if (options.json) return printJson(versions);
      const rows = versions.map(({ version, at, actor, approvers, reason, rolledBackTo, resources }) => [
        String(version),
        at.slice(0, 19).replace('T', ' '),
        oneLine(actor, 20),
        oneLine(approvers.join(', '), 30),
        `${resources.length === 1 ? `${resources[0]?.kind}/${resources[0]?.name}` : `${resources.length} resources`}`,
        oneLine(`${rolledBackTo === undefined ? '' : `back to ${rolledBackTo}: `}${reason}`, 60),
      ]);
      console.log(table(['VERSION', 'TIME', 'WHO', 'APPROVED BY', 'WHAT', 'WHY'], rows));
    });
}

function rollBackCommand(): Command {
  return new Command('rollback')
    .description('go back to a version: what later ones changed is again as it was then')
    .argument('<version>', 'as `inland policy history` shows it')
    .requiredOption('--reason <text>', 'why')
    .option('--dry-run', 'only show what would change')
    .option('--json', 'print what changed as JSON')
    .action(
      async (
        version: string,
        options: { readonly reason: string; readonly dryRun?: boolean; readonly json?: boolean },
        command: Command,
      ) => {
        const body = { version: versionNumber(version), reason: options.reason, dryRun: options.dryRun ?? false };
        const result = await clientOf(command).post<ChangeResult>('/api/v1/policy/rollback', body);
        if (options.json) return printJson(result);
        if (result.changes.length + (result.deleted ?? []).length === 0)
          console.log(`the rules are as in version ${version} already`);
        printChange(result);
      },
    );
}

function proposalsCommand(): Command {
  return new Command('proposals')
    .description('changes of the rules that wait for the approval of another administrator')
    .option('--json', 'print as JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const { proposals } = await clientOf(command).get<{ proposals: Proposal[] }>('/api/v1/policy/proposals');
      if (options.json) return printJson(proposals);
      const rows = proposals.map(({ change, at, actor, reason, changes }) => [
        change,
        at.slice(0, 19).replace('T', ' '),
        oneLine(actor, 20),
        oneLine(
          [
            ...changes.apply.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
            ...changes.delete.map(({ kind, name }) => `-${kind}/${name}`),
          ].join(', '),
          60,
        ),
        oneLine(reason, 40),
      ]);
      console.log(table(['ID', 'TIME', 'WHO', 'WHAT', 'WHY'], rows));
    });
}

function approveCommand(): Command {
  return new Command('approve')
    .description('approve a change of the rules that somebody else proposed: with it, it holds')
    .argument('<id>', 'as `inland policy proposals` shows it')
    .option('--json', 'print what changed as JSON')
    .action(async (id: string, options: { readonly json?: boolean }, command: Command) => {
      const path = `/api/v1/policy/proposals/${encodeURIComponent(id)}/approve`;
      const result = await clientOf(command).post<ChangeResult>(path, {});
      if (options.json) return printJson(result);
      printChange(result);
    });
}

function rejectCommand(): Command {
  return new Command('reject')
    .description('reject a proposed change of the rules, or withdraw your own')
    .argument('<id>', 'as `inland policy proposals` shows it')
    .requiredOption('--reason <text>', 'why')
    .action(async (id: string, { reason }: { readonly reason: string }, command: Command) => {
      await clientOf(command).post(`/api/v1/policy/proposals/${encodeURIComponent(id)}/reject`, { reason });
      console.log(`${id} is rejected`);
    });
}

function versionNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Fault('invalid_argument', `${text} is no version; \`inland policy history\` lists them`);
  return Number(text);
}
