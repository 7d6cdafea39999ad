import { Fault } from '@inland/kernel';
import type { AccessChange, ExplainNode } from '@inland/policy-checks';
import type { DecisionResult } from '@inland/residency';
import { Command } from 'commander';
import { clientOf, printJson } from '../client-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable } from '../table.ts';

interface ExplainFlags {
  readonly to?: string;
  readonly login?: string;
  readonly as?: string;
  readonly from?: string;
  readonly op?: string;
  readonly text?: string;
  readonly session?: string;
  readonly command?: string;
  readonly tree?: boolean;
  readonly json?: boolean;
}

interface Explained extends DecisionResult {
  readonly tree: ExplainNode;
  readonly changes: readonly AccessChange[];
  readonly ruleChanges?: readonly string[];
}

interface RecordedDecision {
  readonly command: number;
  readonly inputJson: string;
  readonly inputWithheld: boolean;
  readonly bundleDigest: string;
  readonly dataDigest: string;
  readonly controlOffset: number;
  readonly reasons: DecisionResult['reasons'];
}

export function explainCommand(): Command {
  return new Command('explain')
    .description(
      `why an access would be, or was, allowed or refused, and what would turn it; exits ${exitCodes.refused} on a refusal`,
    )
    .option('--to <target>', 'the target')
    .option('--login <login>', 'the login at the target; the first that is let in, when absent')
    .option('--as <subject>', 'somebody else than you (administrators)')
    .option('--from <country>', 'as if the client were in this country (ISO 3166: DE)')
    .option('--op <operation>', 'an operation such as ssh.exec, or a command or statement itself; connect when absent')
    .option('--text <command>', 'the command or statement, where --op is an operation')
    .option('--session <id>', 'a session of the record instead: how it was decided')
    .option('--command <number>', 'the decision on this command of the session; on the access, when absent', '0')
    .option('--no-tree', 'without the tree of what was compared')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  inland explain --as alice --from DE --to orders-us
  inland explain --to orders-eu --op "COPY customers TO PROGRAM 'curl …'"
  inland explain --session 0199c1d2-… --command 3`,
    )
    .action(async (options: ExplainFlags, command: Command) => {
      const explained =
        options.session === undefined ? await asked(options, command) : await recorded(options, command);
      if (explained.outcome === 'denied') process.exitCode = exitCodes.refused;
      if (options.json) return printJson(explained);
      printExplained(explained, options.tree ?? true);
    });
}

function asked(options: ExplainFlags, command: Command): Promise<Explained> {
  if (options.to === undefined) throw new Fault('invalid_argument', 'say which target (--to), or which session');
  return clientOf(command).post<Explained>('/api/v1/explain', {
    target: options.to,
    ...(options.login === undefined ? {} : { login: options.login }),
    ...(options.as === undefined ? {} : { as: options.as }),
    ...(options.from === undefined ? {} : { clientCountry: options.from }),
    ...(options.op === undefined ? {} : { operation: options.op }),
    ...(options.text === undefined ? {} : { text: options.text }),
  });
}

async function recorded(options: ExplainFlags, command: Command): Promise<Explained> {
  const client = clientOf(command);
  const { decisions } = await client.get<{ decisions: RecordedDecision[] }>(
    `/api/v1/sessions/${encodeURIComponent(options.session ?? '')}`,
  );
  const found = decisions.find((one) => one.command === Number(options.command));
  if (found === undefined)
    throw new Fault('not_found', `the record has no decision on command ${options.command ?? ''} of this session`);
  if (found.bundleDigest === '')
    throw new Fault(
      'not_found',
      `no rule decided this: the gateway refused it by itself (${found.reasons[0]?.code ?? ''})`,
    );
  if (found.inputWithheld)
    throw new Fault('not_found', 'this hung on a value that is masked in the record, and cannot be explained from it');
  const { inputJson, bundleDigest, dataDigest, controlOffset } = found;
  const { decision, same, tree, changes } = await client.post<{
    decision: DecisionResult;
    same: boolean;
    tree: ExplainNode;
    changes: AccessChange[];
  }>('/api/v1/explain/recorded', { inputJson, bundleDigest, dataDigest, controlOffset });
  if (!same) console.error('warning: the rules of then, as the log has them, are not those that the record names');
  return { ...decision, tree, changes };
}

function printExplained(explained: Explained, withTree: boolean): void {
  const { outcome, reasons, obligations, observed = [], approvals = [], exceptions = [], changes } = explained;
  console.log(outcome === 'allowed' ? 'allowed' : 'refused');
  for (const { code, rule, message } of reasons)
    console.log(`  ${printable(message)}\n      ${code}${rule === '' ? '' : ` · ${rule}`}`);
  if (outcome === 'allowed') {
    const { mask, recordStrict, maxSessionSeconds, maxIdleSeconds } = obligations;
    console.log(`  masked: ${mask.length === 0 ? 'nothing' : mask.join(', ')}`);
    console.log(`  recorded: ${recordStrict ? 'strictly' : 'yes'}`);
    if (maxSessionSeconds > 0) console.log(`  at most: ${maxSessionSeconds} s`);
    if (maxIdleSeconds > 0) console.log(`  idle at most: ${maxIdleSeconds} s`);
    if (obligations.readOnly) console.log('  read only');
    if (obligations.noFileTransfer) console.log('  no file transfer');
    if (obligations.noForwarding) console.log('  no forwarding');
    if (approvals.length > 0) console.log(`  by the approval of ${approvals.join(', ')}`);
    if (exceptions.length > 0) console.log(`  by the exception ${exceptions.join(', ')}`);
  }
  for (const { message, rule } of observed)
    console.log(`  a rule that only audits would refuse it: ${printable(message)} (${rule})`);
  if (changes.length > 0) {
    console.log('\nwhat would turn it:');
    for (const { what, obligations: then } of changes)
      console.log(`  - ${what}${then.length === 0 ? '' : ` (then: ${then.join(', ')})`}`);
  }
  const { ruleChanges = [] } = explained;
  if (ruleChanges.length > 0) {
    console.log('\nnothing that you could do otherwise turns it. What would have to be stated:');
    for (const what of ruleChanges) console.log(`  - ${what}`);
  }
  if (withTree) {
    console.log('');
    printNode(explained.tree, '', '');
  }
  console.log(`\npolicy ${explained.bundleDigest.slice(0, 12)}, rules ${explained.dataDigest.slice(0, 12)}`);
}

const marks = new Map<boolean | null, string>([
  [true, '✓'],
  [false, '✗'],
  [null, '·'],
]);

function printNode(
  { what, holds, at, rule, code, evidence, parts = [] }: ExplainNode,
  first: string,
  rest: string,
): void {
  const notes = [code, at ?? rule, evidence === undefined ? undefined : `by ${evidence}`].filter(
    (one) => one !== undefined,
  );
  console.log(
    `${first}${marks.get(holds) ?? ' '} ${printable(what)}${notes.length === 0 ? '' : `  [${notes.join(' · ')}]`}`,
  );
  parts.forEach((part, index) => {
    const last = index === parts.length - 1;
    printNode(part, `${rest}${last ? '└ ' : '├ '}`, `${rest}${last ? '  ' : '│ '}`);
  });
}
