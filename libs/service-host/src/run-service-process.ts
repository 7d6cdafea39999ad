import { parseArgs } from 'node:util';
import { Fault } from '@inland/kernel';
import { readHostConfig } from './host-config.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { logWarnings } from './service-logger.ts';
import { startHost } from './start-host.ts';

/** Exit codes: 0 stopped as asked, 1 broken, 2 wrong use, 78 misconfigured (sysexits(3)). */
const [exitBroken, exitUsage, exitMisconfigured] = [1, 2, 78];

/** The whole of a service's `main`: one service, alone in its process, until a signal. */
export async function runServiceProcess(service: ServiceDefinition, argv = process.argv.slice(2)): Promise<void> {
  try {
    const { values } = parseArgs({
      args: argv,
      options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true || values.config === undefined) {
      console.log(help(service.name));
      if (values.help !== true) process.exitCode = exitUsage;
      return;
    }
    const config = readHostConfig(values.config);
    if (config.log.kind === 'embedded')
      throw new Fault(
        'misconfigured',
        `${values.config}: log.kind is embedded, which one process alone can use; services of their own need kafka, or run \`inland start\``,
      );
    const host = await startHost({ services: [service], config });
    logWarnings(host.logger);
    console.log(JSON.stringify({ service: service.name, replica: host.replica, api: host.api, ...host.addresses }));
    stopOnSignal(() => host.close());
  } catch (error) {
    const fault = Fault.from(error);
    console.error(`inland ${service.name}: ${fault.message}`);
    process.exit(fault.code === 'misconfigured' ? exitMisconfigured : exitBroken);
  }
}

/** Closes at the first SIGINT or SIGTERM and ends the process; a second one ends it at once. */
export function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(exitBroken);
    stopping = true;
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`inland: ${Fault.from(error).message}`);
        process.exit(exitBroken);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function help(name: string): string {
  return `Runs Inland's ${name} service alone, until SIGINT or SIGTERM.

  --config FILE   inland.yaml: stores, ports, and services.${name} (see deploy/examples/inland.yaml)

INLAND_HOME, INLAND_HTTP_PORT, INLAND_SSH_PORT, INLAND_POSTGRES_PORT and INLAND_LOG_LEVEL win over the file.
Exit codes: 0 stopped as asked, 1 broken, 2 wrong use, 78 misconfigured.`;
}
