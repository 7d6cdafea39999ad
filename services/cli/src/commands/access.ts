import { Command } from 'commander';
import type { DecisionResult, Resource } from '@inland/residency';
import { clientOf, printJson } from '../client-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../table.ts';

interface ExplainRequest {
  readonly as?: string;
  readonly target: string;
  readonly login: string;
  readonly operation?: string;
  readonly text?: string;
  readonly clientCountry?: string;
}

interface TargetSpec {
  readonly protocol: string;
  readonly region: string;
  readonly logins: readonly { readonly name: string }[];
}

export function accessCommands(): Command[] {
  return [targetsCommand(), explainCommand(), tokenCommand()];
}

function targetsCommand(): Command {
  return new Command('targets')
    .description('every target, where it is, and whether you may reach it')
    .option('--json', 'print as JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const client = clientOf(command);
      const { resources } = await client.get<{ resources: Resource[] }>('/api/v1/resources?kind=Target');
      const rows = [];
      for (const { metadata, spec } of resources) {
        const { protocol, region, logins } = spec as TargetSpec;
        for (const { name: login } of logins) {
          const request: ExplainRequest = { target: metadata.name, login };
          const decision = await client.post<DecisionResult>('/api/v1/explain', request);
          rows.push({
            target: metadata.name,
            login,
            protocol,
            region,
            outcome: decision.outcome,
            reasons: decision.reasons,
          });
        }
      }
      if (options.json) return printJson(rows);
      const cells = rows.map((row) => [
        `${row.login}@${row.target}`,
        row.protocol,
        row.region,
        row.outcome,
        row.outcome === 'allowed' ? (row.reasons[0]?.rule ?? '') : (row.reasons[0]?.message ?? ''),
      ]);
      console.log(table(['NAME', 'PROTOCOL', 'REGION', 'ACCESS', 'WHY'], cells));
    });
}

function explainCommand(): Command {
  return new Command('explain')
    .description(`why an access would be allowed or refused; exits ${exitCodes.refused} when it would be refused`)
    .requiredOption('--to <target>', 'the target')
    .requiredOption('--login <login>', 'the login at the target')
    .option('--as <subject>', 'somebody else than you (administrators)')
    .option('--from <country>', 'as if the client were in this country (ISO 3166: DE)')
    .option('--op <operation>', 'an operation such as ssh.exec or postgres.query; connect when absent')
    .option('--text <command>', 'the command or statement')
    .option('--json', 'print as JSON')
    .action(
      async (
        options: { to: string; login: string; as?: string; from?: string; op?: string; text?: string; json?: boolean },
        command: Command,
      ) => {
        const request: ExplainRequest = {
          target: options.to,
          login: options.login,
          ...(options.as === undefined ? {} : { as: options.as }),
          ...(options.from === undefined ? {} : { clientCountry: options.from }),
          ...(options.op === undefined ? {} : { operation: options.op }),
          ...(options.text === undefined ? {} : { text: options.text }),
        };
        const decision = await clientOf(command).post<DecisionResult>('/api/v1/explain', request);
        if (decision.outcome === 'denied') process.exitCode = exitCodes.refused;
        if (options.json) return printJson(decision);
        console.log(decision.outcome === 'allowed' ? 'allowed' : 'refused');
        for (const { code, rule, message } of decision.reasons)
          console.log(`  ${message}\n      ${code}${rule === '' ? '' : ` · ${rule}`}`);
        const { mask, recordStrict, maxSessionSeconds, maxIdleSeconds } = decision.obligations;
        if (decision.outcome === 'allowed') {
          console.log(`  masked: ${mask.length === 0 ? 'nothing' : mask.join(', ')}`);
          console.log(`  recorded: ${recordStrict ? 'strictly' : 'yes'}`);
          if (maxSessionSeconds > 0) console.log(`  at most: ${maxSessionSeconds} s`);
          if (maxIdleSeconds > 0) console.log(`  idle at most: ${maxIdleSeconds} s`);
        }
        console.log(`  policy ${decision.bundleDigest.slice(0, 12)}, rules ${decision.dataDigest.slice(0, 12)}`);
      },
    );
}

function tokenCommand(): Command {
  return new Command('token')
    .description('a short-lived password for database clients: PGPASSWORD=$(inland token orders-eu) psql …')
    .argument('[target]', 'make it good for this target only')
    .option('--json', 'print with its end as JSON')
    .action(async (target: string | undefined, options: { readonly json?: boolean }, command: Command) => {
      const body = target === undefined ? {} : { target };
      const token = await clientOf(command).post<{ token: string; expiresAt: string }>(
        '/api/v1/auth/database-tokens',
        body,
      );
      if (options.json) return printJson(token);
      console.log(token.token);
      if (process.stdout.isTTY) console.error(`good until ${token.expiresAt}`);
    });
}
