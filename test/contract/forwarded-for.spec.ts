import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient } from '@inland/api-client';
import { authService } from '@inland/auth';
import { policyService } from '@inland/policy';
import { hostConfig, startHost, type RunningHost } from '@inland/service-host';
import { newSshKeyPair } from '@inland/ssh-keys';

const key = newSshKeyPair();
let identityFile: string;
const folders: string[] = [];

async function start(proxies: readonly string[]): Promise<RunningHost> {
  const home = mkdtempSync(join(tmpdir(), 'inland-forwarded-'));
  folders.push(home);
  identityFile = join(home, 'alice');
  writeFileSync(identityFile, key.private, { mode: 0o600 });
  const config = hostConfig(
    {
      region: 'aws:eu-central-1',
      home,
      http: { port: 0, proxies: [...proxies] },
      logging: { file: join(home, 'inland.log') },
      services: { auth: { people: [{ subject: 'alice', groups: ['developers'], sshKeys: [key.public] }] } },
    },
    { INLAND_HOME: home },
    'the test',
  );
  return startHost({ services: [authService, policyService], config });
}

/** Where the API takes a caller to be who comes from this machine with this header. */
async function placeOf(api: string, forwardedFor: string): Promise<unknown> {
  const client = new ApiClient({ api, identityFile });
  const { token } = await client.login();
  const response = await fetch(`${api}/api/v1/explain`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-forwarded-for': forwardedFor,
    },
    body: JSON.stringify({ target: 'x' }),
  });
  const { facts } = (await response.json()) as { readonly facts: { readonly client: { readonly country: unknown } } };
  return facts.client.country;
}

let behind: RunningHost;
let open: RunningHost;
beforeAll(async () => {
  behind = await start(['127.0.0.1']);
  open = await start([]);
}, 60_000);
afterAll(async () => {
  await behind?.close();
  await open?.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('X-Forwarded-For', () => {
  it('tells where a caller is, from a proxy that the operator named', async () => {
    expect(await placeOf(behind.api, '193.99.144.80')).toBe('DE');
    expect(await placeOf(behind.api, '8.8.8.8')).toBe('US');
    // What stands before the last address, the client may have written itself.
    expect(await placeOf(behind.api, '193.99.144.80, 8.8.8.8')).toBe('US');
  });
  it('tells nothing from anybody else', async () => {
    expect(await placeOf(open.api, '193.99.144.80')).toBeNull();
  });
});
