import { Command } from 'commander';
import { homeFolder } from '../cli-context.ts';

/** `inland start`: all services in one process, until a signal. */
export function startCommand(): Command {
  return new Command('start')
    .description('run all of Inland in one process; without --config on embedded stores, with demo targets')
    .option('--config <file>', 'inland.yaml: stores, ports, people (see deploy/examples/inland.yaml)')
    .option('--tour', 'make four real accesses first and print what came back and why')
    .addHelpText(
      'after',
      `
Environment: INLAND_HOME (.inland), INLAND_HTTP_PORT (7400), INLAND_SSH_PORT (7422), INLAND_POSTGRES_PORT (7432).
Ctrl-C stops it cleanly: sessions that still run end as aborted, with the reason, in the record.`,
    )
    .action(async (options: { readonly config?: string; readonly tour?: boolean }) => {
      const { startPlatform } = await import('@inland/platform'); // the other commands need none of it
      await startPlatform({
        home: homeFolder(),
        tour: options.tour ?? false,
        print: (line) => console.log(line),
        ...(options.config === undefined ? {} : { configFile: options.config }),
      });
    });
}
