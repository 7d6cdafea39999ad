import { setTimeout as delay } from 'node:timers/promises';
import type { AccessRequest, ApprovalAsked, RequestState } from '@inland/access-requests';
import { Fault } from '@inland/kernel';
import { Command } from 'commander';
import { clientOf, printJson } from '../client-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { oneLine, table } from '../table.ts';

interface ShownRequest extends AccessRequest {
  readonly state: RequestState;
  readonly until: string;
  readonly asked: readonly ApprovalAsked[];
}

interface RequestFlags {
  readonly login: string;
  readonly reason: string;
  readonly op: string;
  readonly ticket: string;
  readonly for?: string;
  readonly once?: boolean;
  readonly breakGlass?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** How often `--wait` looks. */
const lookMillis = 1_000;

export function requestCommands(): Command[] {
  return [requestCommand(), requestsCommand(), approveCommand(), rejectCommand()];
}

function requestCommand(): Command {
  return new Command('request')
    .description('ask for access that needs a reason, or the approval of others')
    .argument('<target>', 'the target')
    .requiredOption('--login <login>', 'the login at the target')
    .requiredOption('--reason <text>', 'why, for who approves it and for the record')
    .option('--op <operation>', 'a kind of command such as ssh.exec, where the rules ask for that', 'connect')
    .option('--ticket <id>', 'the id of a ticket', '')
    .option('--for <time>', 'how long it is to hold: 30m, 4h, 2d; as the rules allow, when absent')
    .option('--once', 'for one session only')
    .option('--break-glass', 'an emergency: two people approve, everybody is told')
    .option('--wait', `until it is approved; exits ${exitCodes.refused} when it is rejected`)
    .option('--json', 'print the request as JSON')
    .action(async (target: string, options: RequestFlags, command: Command) => {
      const client = clientOf(command);
      const body = {
        target,
        login: options.login,
        operation: options.op,
        reason: options.reason,
        ticket: options.ticket,
        once: options.once ?? false,
        breakGlass: options.breakGlass ?? false,
        ...(options.for === undefined ? {} : { seconds: secondsOf(options.for) }),
      };
      let request = await client.post<ShownRequest>('/api/v1/requests', body);
      if (!options.json) printRequest(request);
      if (options.wait) {
        if (!options.json) console.log('waiting …');
        const enough = ({ approvals, asked }: ShownRequest): boolean =>
          asked.length === 0 || asked.some(({ approvers }) => approvals.length >= approvers);
        while (['pending', 'approved'].includes(request.state) && !enough(request)) {
          await delay(lookMillis);
          request = await client.get<ShownRequest>(`/api/v1/requests/${request.id}`);
        }
        if (request.state !== 'approved' && request.asked.length > 0) process.exitCode = exitCodes.refused;
        if (!options.json) console.log(stateText(request));
      }
      if (options.json) printJson(request);
    });
}

function requestsCommand(): Command {
  return new Command('requests')
    .description('requests for access: yours, and those that you may approve')
    .argument('[id]', 'only this one, with all that is known of it')
    .option('--pending', 'only those that wait')
    .option('--json', 'print as JSON')
    .action(
      async (
        id: string | undefined,
        options: { readonly pending?: boolean; readonly json?: boolean },
        command: Command,
      ) => {
        const client = clientOf(command);
        if (id !== undefined) {
          const request = await client.get<ShownRequest>(`/api/v1/requests/${encodeURIComponent(id)}`);
          return options.json ? printJson(request) : printRequest(request);
        }
        const { requests } = await client.get<{ requests: ShownRequest[] }>('/api/v1/requests');
        const shown = options.pending ? requests.filter(({ state }) => state === 'pending') : requests;
        if (options.json) return printJson(shown);
        const rows = shown.map((request) => [
          request.id,
          request.state,
          oneLine(request.subject, 20),
          `${request.login}@${request.target}`,
          request.operation,
          request.breakGlass ? 'BREAK GLASS' : '',
          oneLine(request.ticket, 16),
          oneLine(request.reason, 50),
        ]);
        console.log(table(['ID', 'STATE', 'WHO', 'WHERE', 'OPERATION', '', 'TICKET', 'WHY'], rows));
      },
    );
}

function approveCommand(): Command {
  return new Command('approve')
    .description("approve somebody else's request")
    .argument('<id>', 'as `inland requests` shows it')
    .option('--json', 'print the request as JSON')
    .action(async (id: string, options: { readonly json?: boolean }, command: Command) => {
      const path = `/api/v1/requests/${encodeURIComponent(id)}/approve`;
      const request = await clientOf(command).post<ShownRequest>(path, {});
      if (options.json) return printJson(request);
      console.log(stateText(request));
    });
}

function rejectCommand(): Command {
  return new Command('reject')
    .description('reject a request, or withdraw your own; what rests on it ends')
    .argument('<id>', 'as `inland requests` shows it')
    .requiredOption('--reason <text>', 'why')
    .option('--json', 'print the request as JSON')
    .action(async (id: string, options: { readonly reason: string; readonly json?: boolean }, command: Command) => {
      const path = `/api/v1/requests/${encodeURIComponent(id)}/reject`;
      const request = await clientOf(command).post<ShownRequest>(path, { reason: options.reason });
      if (options.json) return printJson(request);
      console.log(stateText(request));
    });
}

function printRequest(request: ShownRequest): void {
  const { id, subject, login, target, operation, reason, ticket, asked, approvals, rejected, breakGlass } = request;
  console.log(
    `${id}  ${breakGlass ? 'BREAK GLASS  ' : ''}${oneLine(subject, 40)} asks for ${operation} as ${login}@${target}`,
  );
  console.log(`  why: ${oneLine(reason, 500)}${ticket === '' ? '' : `  ticket: ${oneLine(ticket, 100)}`}`);
  for (const { rule, by, approvers } of asked) console.log(`  needs: ${approvers} of ${by.join(' or ')} (${rule})`);
  if (asked.length === 0) console.log('  no rule asks for an approval of this');
  for (const { subject: who, at, way } of approvals) console.log(`  approved by ${oneLine(who, 40)} at ${at} (${way})`);
  if (rejected !== undefined)
    console.log(`  rejected by ${oneLine(rejected.by, 40)}: ${oneLine(rejected.reason, 300)}`);
  console.log(`  ${stateText(request)}`);
}

function stateText({ id, state, until, approvals, asked }: ShownRequest): string {
  const needed = Math.min(...asked.map(({ approvers }) => approvers));
  if (state === 'approved' && approvals.length < needed) return `${id} has ${approvals.length} of ${needed} approvals`;
  return `${id} is ${state}${['pending', 'approved'].includes(state) ? ` until ${until}` : ''}`;
}

function secondsOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit === undefined) throw new Fault('invalid_argument', `${text} is no time: write 30m, 4h or 2d`);
  return Number(count) * { s: 1, m: 60, h: 3_600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
}
