import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ApiContext } from '@inland/api-client';
import { Fault } from '@inland/kernel';

export interface CliOptions {
  readonly api?: string;
  readonly identity?: string;
}

/** The folder of a local Inland: `INLAND_HOME`, or `.inland` here. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment['INLAND_HOME'] ?? '.inland');
}

/**
 * Flags first, then `INLAND_API` and `INLAND_IDENTITY`, then what a local `inland start` left in its home folder
 * (`cli.json`), then `~/.ssh/id_ed25519` at http://127.0.0.1:7400.
 */
export function cliContext(options: CliOptions, environment: NodeJS.ProcessEnv = process.env): ApiContext {
  const home = homeFolder(environment);
  const left = readLocal(join(home, 'cli.json'));
  const api = options.api ?? environment['INLAND_API'] ?? left?.api ?? 'http://127.0.0.1:7400';
  if (!/^https?:\/\/[^/]+$/.test(api.replace(/\/$/, '')))
    throw new Fault('invalid_argument', `--api must be an address such as https://inland.example.com, not ${api}`);
  const identityFile =
    options.identity ?? environment['INLAND_IDENTITY'] ?? left?.identityFile ?? join(homedir(), '.ssh/id_ed25519');
  const cache = environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return {
    api: api.replace(/\/$/, ''),
    identityFile: resolve(identityFile),
    tokenFile: join(cache, 'inland/tokens.json'),
  };
}

function readLocal(file: string): { readonly api?: string; readonly identityFile?: string } | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { api?: string; identityFile?: string };
  } catch (error) {
    throw new Fault('misconfigured', `${file} is no JSON; remove it and start Inland again`, { cause: error });
  }
}
