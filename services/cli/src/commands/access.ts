import { Command } from 'commander';
import type { DecisionResult, Resource } from '@inland/residency';
import { clientOf, printJson } from '../client-of.ts';
import { table } from '../table.ts';
import { explainCommand } from './explain.ts';

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
          const request = { target: metadata.name, login };
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
