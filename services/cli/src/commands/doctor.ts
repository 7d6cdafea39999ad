import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { Fault } from '@inland/kernel';
import { ApiClient } from '@inland/api-client';
import { printJson } from '../client-of.ts';
import { cliContext, type CliOptions } from '../cli-context.ts';
import { exitCodes } from '../exit-codes.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `inland doctor`: what stands between you and your targets. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check this machine, your key, the API and its services, and say what to do')
    .option('--json', 'print as JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const context = cliContext(command.optsWithGlobals<CliOptions>());
      const checks: Check[] = [];
      const check = async (name: string, work: () => Promise<string>): Promise<void> => {
        try {
          checks.push({ name, ok: true, detail: await work() });
        } catch (error) {
          checks.push({ name, ok: false, detail: Fault.from(error).message });
        }
      };
      await check('node', async () => process.version);
      await check('native SSH ciphers', nativeCiphers);
      await check('identity', async () => {
        if (!existsSync(context.identityFile))
          throw new Fault('not_found', `no key at ${context.identityFile}: use --identity`);
        return context.identityFile;
      });
      await check('API alive', async () => probe(`${context.api}/livez`));
      await check('services ready', async () => probe(`${context.api}/readyz`));
      await check('login', async () => `you are ${(await new ApiClient(context).login()).subject}`);
      if (checks.some(({ ok }) => !ok)) process.exitCode = exitCodes.failed;
      if (options.json) return printJson(checks);
      for (const { name, ok, detail } of checks) console.log(`${ok ? 'ok    ' : 'failed'}  ${name}: ${detail}`);
    });
}

async function nativeCiphers(): Promise<string> {
  const { createRequire } = await import('node:module');
  const require = createRequire(import.meta.url);
  try {
    require('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node');
    return 'loaded';
  } catch {
    throw new Fault(
      'misconfigured',
      'not built, SSH runs at a fifth of its speed; run `npm rebuild` or `npm ci` with a C++ compiler',
    );
  }
}

async function probe(address: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
  } catch (error) {
    throw new Fault('unavailable', `nothing answers at ${address}; start Inland, or name another address with --api`, {
      cause: error,
    });
  }
  if (!response.ok)
    throw new Fault('unavailable', `${address} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return `${response.status}`;
}
