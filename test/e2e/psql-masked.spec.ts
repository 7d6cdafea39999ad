import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';

let world: World;
let alice: Clients;
let olga: Clients;

beforeAll(async () => {
  world = await startWorld();
  [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
}, 120_000);
afterAll(() => world?.stop(), 60_000);

describe('a SQL query that is allowed', () => {
  it('comes back masked, is in the record with who, where and why, and is replayed as it was', async () => {
    const select = 'SELECT name, email, card, iban FROM customers ORDER BY id LIMIT 2';
    const { status, stdout, stderr } = await alice.psql('app@orders-eu', ['-At', '-c', select]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^Anneliese Brandt\|a\*+\.\*+@\*+\.org\|\*{12}3315\|DE\*+4567$/),
      expect.stringMatching(/^Bruno Castelli\|b\*+\.\*+@\*+\.com\|\*{12}\d{4}\|DE\*+\d{4}$/),
    ]);

    const session = await sessionWhere(olga, ({ endedAt, target }) => target === 'orders-eu' && endedAt !== null);
    expect(session).toMatchObject({
      subject: 'alice',
      protocol: 'postgres',
      login: 'app',
      clientCountry: 'DE',
      gatewayRegion: 'aws:eu-central-1',
      targetRegion: 'aws:eu-central-1',
      outcome: 'allowed',
      reasonCode: 'allowed',
      rule: 'AccessGrant/developers-everywhere',
      ending: 'completed',
      commands: 1,
      maskedValues: 6,
    });
    const replayed = await alice.inland('replay', session.id);
    expect(replayed.stdout).toContain(`=> ${select}`);
    expect(replayed.stdout).toMatch(/Anneliese Brandt\s+a\*+\.\*+@\*+\.org/);
    expect(replayed.stdout).toContain('(SELECT 2)');
    const shown = await alice.inland('show', session.id);
    expect(shown.stdout).toMatch(/postgres\.query\s+allowed\s+SELECT 2\s+read: customers\s+SELECT name/);
    const { commandList } = JSON.parse((await alice.inland('show', session.id, '--json')).stdout);
    expect(commandList[0]).toMatchObject({
      observed: false,
      details: {
        statements: {
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
          kinds: ['SELECT'],
          effects: ['read'],
          relations: ['customers'],
          columns: ['card', 'email', 'iban', 'id', 'name'],
        },
      },
    });
    const verified = await alice.inland('verify', session.id);
    expect(verified.stdout).toMatch(/^unbroken: \d+ events, closed$/m);
  });

  it('gives the same replay from the sealed recording as from the log', async () => {
    const sealed = await sessionWhere(olga, ({ recordingDigest }) => recordingDigest !== null);
    const [fromLog, fromRecording] = await Promise.all(
      ['log', 'recording'].map((source) => olga.inland('replay', sealed.id, '--from', source, '--json')),
    );
    expect(fromLog?.stdout.split('\n').length).toBeGreaterThan(6);
    expect(fromRecording?.stdout).toBe(fromLog?.stdout);
  });
});
