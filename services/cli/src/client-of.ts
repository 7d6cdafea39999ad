import type { Command } from 'commander';
import { ApiClient } from '@inland/api-client';
import { cliContext, type CliOptions } from './cli-context.ts';

/** The API client that the global options of a command line ask for. */
export function clientOf(command: Command): ApiClient {
  return new ApiClient(cliContext(command.optsWithGlobals<CliOptions>()));
}

/** Prints a value for machines. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
