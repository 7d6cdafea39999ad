import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { applyYaml } from './world/resources.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

const resource = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'inland/v1',
  kind,
  metadata: { name },
  spec,
});

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  await applyYaml(olga, world.folder, [
    resource('Destination', 'e2e-frankfurt', {
      hosts: ['files.example.de', 's3://reports-eu'],
      region: 'aws:eu-central-1',
    }),
    resource('Destination', 'e2e-virginia', {
      hosts: ['files.example.us', 's3://reports-us'],
      region: 'aws:us-east-1',
    }),
  ]);
}, 120_000);
afterAll(() => world?.stop(), 60_000);

describe('a command that would send data elsewhere', () => {
  it.each([
    ['plainly', 'wget -q http://files.example.us/x', 'residency_destination_outside'],
    ['to a bucket', 'aws s3 cp /etc/hostname s3://reports-us/x', 'residency_destination_outside'],
    ['by a variable', 'H=files.example.us; nc $H 80', 'residency_destination_outside'],
    ['by the shell itself', 'echo x > /dev/tcp/files.example.us/80', 'residency_destination_outside'],
    ['to an address that is seen in another country', 'nc 8.8.8.8 53', 'residency_destination_outside'],
    ['to where nobody knows', 'wget -q http://files.example.com/x', 'residency_destination_unknown'],
  ])('is refused: %s', async (_, command, code) => {
    const { status, stderr } = await alice.ssh('deploy@build-eu', [command]);
    expect([status, stderr]).toEqual([77, expect.stringContaining(code)]);
  });

  it('is refused in SQL', async () => {
    const { stderr } = await alice.psql('app@orders-eu', [
      '-c',
      "SELECT * FROM dblink('host=files.example.us', 'SELECT 1') AS t(x int)",
    ]);
    expect(stderr).toMatch(/residency_(destination_outside|forbidden_operation)/);
  });

  it('passes where its data may go, and the record has where that is', async () => {
    const { stderr } = await alice.ssh('deploy@build-eu', [
      'echo x | nc -w1 files.example.de 9; echo "done with $((1+1))"',
    ]);
    expect(stderr).not.toContain('Inland refused');
    const session = await sessionWhere(olga, ({ target, endedAt }) => target === 'build-eu' && endedAt !== null);
    const shown = await olga.inland('show', session.id);
    expect(shown.stdout).toContain('to files.example.de (nc): aws:eu-central-1');
  });

  it('is said to be unproven where its text does not tell, and rules choose', async () => {
    const unproven = ['eval "$(cat ./script)"'];
    expect((await alice.ssh('deploy@build-eu', unproven)).stderr).not.toContain('Inland refused');
    const strict = {
      covers: { targets: ['build-eu'] },
      require: { target: { within: ['EEA'] } },
      unprovenCommands: 'refuse',
    };
    await applyYaml(olga, world.folder, [resource('ResidencyPolicy', 'e2e-proven-only', strict)]);
    const refused = await alice.ssh('deploy@build-eu', unproven);
    expect([refused.status, refused.stderr]).toEqual([77, expect.stringContaining('residency_destination_unproven')]);
    expect((await alice.ssh('deploy@build-eu', ['echo proven'])).stdout).toBe('proven\n');
    await olga.inland('delete', 'residencypolicy', 'e2e-proven-only');
  });
});

describe('a target', () => {
  it('that is seen in another country than it is declared to be in is refused, and explained', async () => {
    await applyYaml(olga, world.folder, [
      resource('Target', 'e2e-elsewhere', {
        protocol: 'postgres',
        address: '8.8.8.8:5432',
        region: 'aws:eu-central-1',
        dataClasses: ['personal'],
        logins: [{ name: 'app', secret: 'x' }],
      }),
      resource('AccessGrant', 'e2e-elsewhere', {
        subjects: { groups: ['developers'] },
        targets: { names: ['e2e-elsewhere'] },
        logins: ['app'],
        operations: ['*'],
      }),
    ]);
    const { stderr } = await alice.psql('app@e2e-elsewhere', ['-c', 'SELECT 1']);
    expect(stderr).toContain('region_contradicted');
    expect(stderr).toMatch(/8\.8\.8\.8 is in US, says [^\n]*20\d\d-\d\d-\d\d/);
    const [session] = await olga.json<{ id: string }[]>('sessions', '--target', 'e2e-elsewhere');
    const explained = await olga.inland('explain', '--session', session?.id ?? '');
    expect(explained.stdout).toMatch(/✗ 8\.8\.8\.8 is seen in US[^\n]*region_contradicted/);
  });
});
