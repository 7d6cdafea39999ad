import { Command } from 'commander';
import { clientOf, printJson } from '../client-of.ts';

/** `inland audit …`: what only administrators and auditors do. */
export function auditCommands(): Command {
  return new Command('audit').description('the projections that sessions and reports are read from').addCommand(
    new Command('rebuild')
      .description('drop the projections and build them again from the log, to the same rows')
      .option('--json', 'print the result as JSON')
      .action(async (options: { readonly json?: boolean }, command: Command) => {
        const result = await clientOf(command).post<{ events: number }>('/api/v1/audit/rebuild', {});
        if (options.json) return printJson(result);
        console.log(`rebuilt from ${result.events} events`);
      }),
  );
}
