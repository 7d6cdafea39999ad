import { Command } from 'commander';
import { accessCommands } from './commands/access.ts';
import { auditCommands } from './commands/audit.ts';
import { doctorCommand } from './commands/doctor.ts';
import { policyCommand } from './commands/policy.ts';
import { requestCommands } from './commands/requests.ts';
import { resourceCommands } from './commands/resources.ts';
import { schemaCommand } from './commands/schema.ts';
import { sessionCommands } from './commands/sessions.ts';
import { startCommand } from './commands/start.ts';
import { exitCodesHelp } from './exit-codes.ts';

/** The whole command line. Each group of commands stands in its own file. */
export function program(): Command {
  const inland = new Command('inland')
    .description('Inland, the data-residency gateway: who may reach which data, from where, and what they did there.')
    .version('0.1.0')
    .option('--api <address>', 'where Inland is (INLAND_API; http://127.0.0.1:7400)')
    .option('--identity <file>', 'the private key that proves you (INLAND_IDENTITY; ~/.ssh/id_ed25519)')
    .showHelpAfterError('(inland --help shows every command)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  inland targets                                 what you can reach, and what not, and why
  inland explain --to orders-us --login app      why an access would be allowed or refused
  ssh -p 7422 deploy@build-eu@127.0.0.1          reach a target with the client you have
  inland token orders-eu                         a password for psql, good for 15 minutes
  inland request orders-us --login app --reason "incident 12"   ask for what others must approve
  inland sessions                                what happened
  inland replay 0199c1d2-…                       look at it again
  inland apply -f rules.yaml                     change regions, targets, rules and grants
  inland policy test -f rules/                   whether they say what they are to say, before they hold

${exitCodesHelp}`,
    );
  for (const command of [
    startCommand(),
    ...resourceCommands(),
    ...accessCommands(),
    ...requestCommands(),
    policyCommand(),
    schemaCommand(),
    ...sessionCommands(),
    auditCommands(),
    doctorCommand(),
  ])
    inland.addCommand(command.exitOverride());
  return inland;
}
