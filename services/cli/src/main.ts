import { Fault } from '@inland/kernel';
import { CommanderError } from 'commander';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { program } from './program.ts';

/** Runs one command line and ends the process with its exit code. */
async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok); // `inland sessions | head`
    throw error;
  });
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    const fault = Fault.from(error);
    console.error(`inland: ${fault.message}`);
    if (process.env['INLAND_DEBUG'] !== undefined) console.error(error);
    process.exitCode = exitCodeOf(fault);
  }
}

await main(process.argv);
