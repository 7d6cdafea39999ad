import { Command, InvalidArgumentError } from 'commander';
import { delay, Fault } from '@inland/kernel';
import type { Frame } from '@inland/recording';
import { clientOf, printJson } from '../client-of.ts';
import { frameText } from '../replay-text.ts';
import { oneLine, table } from '../table.ts';

interface SessionRow {
  readonly id: string;
  readonly subject: string;
  readonly protocol: string;
  readonly target: string;
  readonly login: string;
  readonly gatewayRegion: string;
  readonly targetRegion: string;
  readonly clientCountry: string;
  readonly outcome: string;
  readonly reasonCode: string;
  readonly rule: string;
  readonly reasonMessage: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly ending: string;
  readonly endReason: string;
  readonly commands: number;
  readonly maskedValues: number;
  readonly recordingDigest: string | null;
}

interface SessionDetail extends SessionRow {
  readonly commandList: readonly {
    readonly number: number;
    readonly operation: string;
    readonly text: string;
    readonly outcome: string;
    readonly reasonCode: string;
    readonly rule: string;
    readonly exitStatus: number | null;
    readonly status: string;
    readonly observed: boolean;
    readonly details: {
      readonly statements?: { readonly effects: readonly string[]; readonly relations: readonly string[] };
      readonly destinationRegion?: string;
      readonly leadsTo?: readonly string[];
      readonly unproven?: readonly string[];
    };
  }[];
  readonly decisions: readonly {
    readonly command: number;
    readonly basis: {
      readonly observed?: readonly { readonly code: string; readonly rule: string; readonly message: string }[];
      readonly approvals?: readonly string[];
      readonly exceptions?: readonly string[];
      readonly breakGlass?: boolean;
    };
  }[];
}

export function sessionCommands(): Command[] {
  return [sessionsCommand(), showCommand(), replayCommand(), verifyCommand()];
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('a number is needed');
  return value;
}

function sessionsCommand(): Command {
  return new Command('sessions')
    .description('what happened: newest first; your own, or everybody\u2019s when you are an auditor')
    .option('--subject <name>', 'of this person')
    .option('--target <name>', 'at this target')
    .option('--outcome <outcome>', 'allowed or denied')
    .option('--since <time>', 'from this time on (RFC 3339)')
    .option('--limit <number>', 'at most so many', number, 50)
    .option('--json', 'print as JSON')
    .action(async (options: Record<string, string | number | boolean | undefined>, command: Command) => {
      const query = new URLSearchParams();
      for (const name of ['subject', 'target', 'outcome', 'since', 'limit'])
        if (options[name] !== undefined) query.set(name, String(options[name]));
      const page = await clientOf(command).get<{ sessions: SessionRow[] }>(`/api/v1/sessions?${query}`);
      if (options['json']) return printJson(page.sessions);
      const rows = page.sessions.map((row) => [
        row.startedAt.slice(0, 19).replace('T', ' '),
        row.id,
        oneLine(row.subject || '?', 20),
        oneLine(`${row.login}@${row.target}`, 32),
        row.targetRegion,
        row.outcome,
        row.outcome === 'denied' ? row.reasonCode : `${row.ending || 'running'}, ${row.commands} commands`,
        row.rule,
      ]);
      console.log(table(['STARTED', 'ID', 'WHO', 'WHAT', 'WHERE', 'DECISION', 'RESULT', 'RULE'], rows));
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('one session: who, where, each decision and command')
    .argument('<id>')
    .option('--json', 'print as JSON')
    .action(async (id: string, options: { readonly json?: boolean }, command: Command) => {
      const detail = await clientOf(command).get<SessionDetail>(`/api/v1/sessions/${encodeURIComponent(id)}`);
      if (options.json) return printJson(detail);
      const lines: [string, string][] = [
        ['session', detail.id],
        ['who', detail.subject || 'unknown'],
        ['what', `${detail.login}@${detail.target} (${detail.protocol})`],
        [
          'places',
          `client ${detail.clientCountry || 'unknown'} → gateway ${detail.gatewayRegion} → target ${detail.targetRegion || 'unknown'}`,
        ],
        [
          'decision',
          `${detail.outcome}: ${detail.reasonMessage} [${detail.reasonCode}${detail.rule ? ` · ${detail.rule}` : ''}]`,
        ],
        ...basisLines(detail),
        ['time', `${detail.startedAt} – ${detail.endedAt ?? 'running'}`],
        ['ended', `${detail.ending}${detail.endReason ? ` (${detail.endReason})` : ''}`],
        ['masked', `${detail.maskedValues} values`],
        ['recording', detail.recordingDigest ?? 'not sealed yet'],
      ];
      for (const [name, value] of lines) console.log(`${name.padEnd(10)} ${value}`);
      if (detail.commandList.length === 0) return;
      console.log('');
      const rows = detail.commandList.map((row) => [
        String(row.number),
        row.operation,
        row.outcome,
        row.outcome === 'denied'
          ? row.reasonCode
          : row.status || (row.exitStatus === null ? '' : `exit ${row.exitStatus}`),
        oneLine(doesWhat(row), 70),
        oneLine(row.text),
      ]);
      console.log(table(['#', 'OPERATION', 'DECISION', 'RESULT', 'DOES', 'COMMAND'], rows));
    });
}

/** What the decisions rest on beside rules, each once. */
function basisLines({ decisions }: SessionDetail): [string, string][] {
  const all = decisions.map(({ basis }) => basis);
  const each = (names: readonly string[]): string => [...new Set(names)].join(', ');
  const lines: [string, string][] = [
    ['emergency', all.some(({ breakGlass }) => breakGlass) ? 'BREAK GLASS: let in by a grant for emergencies' : ''],
    ['approvals', each(all.flatMap(({ approvals = [] }) => approvals))],
    ['exceptions', each(all.flatMap(({ exceptions = [] }) => exceptions))],
    ['audited', each(all.flatMap(({ observed = [] }) => observed.map(({ code, rule }) => `${code} by ${rule}`)))],
  ];
  return lines.filter(([, text]) => text !== '');
}

/** What a command does, as far as it is known: effects and relations of SQL, the place that a forwarding leads to. */
function doesWhat({ observed, details }: SessionDetail['commandList'][number]): string {
  const { leadsTo = [], unproven = [] } = details;
  const leads = [...leadsTo.map((one) => `to ${one}`), ...unproven.map((why) => `unproven: ${why}`)].join('; ');
  if (leads !== '') return leads;
  if (observed) return 'observed, not proven';
  if (details.destinationRegion !== undefined) return `to ${details.destinationRegion || 'an unknown place'}`;
  const { effects = [], relations = [] } = details.statements ?? {};
  return [effects.join(', '), relations.join(', ')].filter((part) => part !== '').join(': ');
}

function replayCommand(): Command {
  return new Command('replay')
    .description('play a session as it was: terminal output in time, SQL as statements with their results')
    .argument('<id>')
    .option('--speed <factor>', 'so many times as fast; 0: without waiting', number)
    .option('--at <seconds>', 'begin there', number, 0)
    .option('--from <source>', 'log, recording, or auto', 'auto')
    .option('--json', 'print the frames, one a line')
    .addHelpText('after', '\nWaits of more than 2 s are cut to 2 s. Looking at a recording is itself recorded.')
    .action(
      async (id: string, options: { speed?: number; at: number; from: string; json?: boolean }, command: Command) => {
        if (!['auto', 'log', 'recording'].includes(options.from))
          throw new Fault('invalid_argument', '--from is log, recording or auto');
        const speed = options.speed ?? (process.stdout.isTTY ? 1 : 0);
        let clock = options.at * 1000;
        const path = `/api/v1/sessions/${encodeURIComponent(id)}/replay?from=${options.from}`;
        for await (const frame of clientOf(command).lines<Frame>(path)) {
          if (options.json) {
            console.log(JSON.stringify(frame));
            continue;
          }
          if (frame.atMillis < options.at * 1000) continue;
          if (speed > 0) await delay(Math.min(2_000, frame.atMillis - clock) / speed);
          clock = Math.max(clock, frame.atMillis);
          process.stdout.write(frameText(frame));
        }
      },
    );
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check the chain of a session: nothing changed, removed or reordered')
    .argument('<id>')
    .option('--json', 'print as JSON')
    .action(async (id: string, options: { readonly json?: boolean }, command: Command) => {
      const report = await clientOf(command).get<{
        events: number;
        closed: boolean;
        breaks: { index: number; problem: string }[];
      }>(`/api/v1/sessions/${encodeURIComponent(id)}/verify`);
      if (report.breaks.length > 0) process.exitCode = 1;
      if (options.json) return printJson(report);
      if (report.breaks.length === 0)
        console.log(`unbroken: ${report.events} events, ${report.closed ? 'closed' : 'still open'}`);
      for (const { index, problem } of report.breaks) console.log(`broken at event ${index + 1}: ${problem}`);
    });
}
