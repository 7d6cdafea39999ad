import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Clients } from './world/clients.ts';
import { sessionWhere } from './world/sessions.ts';
import { startWorld, type World } from './world/world.ts';
import { writtenText } from './world/written-text.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
}, 180_000);
afterAll(() => world?.stop(), 60_000);

/** Values that a customer of the test has; nobody else does. */
const planted = {
  email: 'planted.person@secret-harbour.example',
  card: '4539578763621486',
  iban: 'DE89370400440532013000',
};

it('masked values are nowhere: not in log, recordings, projections or service logs', async () => {
  const [alice, olga] = [new Clients(world, 'alice'), new Clients(world, 'olga')];
  const values = `'Planted Person', '${planted.email}', '${planted.card}', '${planted.iban}'`;
  const statements = [
    `CREATE TEMP TABLE planted AS SELECT * FROM (VALUES (${values})) AS v (name, email, card, iban);`,
    'SELECT * FROM planted;',
    `SELECT 'not a number: ${planted.email}'::int;`,
    `PREPARE p AS SELECT $1::text; EXECUTE p('${planted.card}');`,
    'COPY planted TO STDOUT;',
    `COPY planted FROM STDIN;\nPlanted Person\t${planted.email}\t${planted.card}\t${planted.iban}\n\\.`,
  ];
  const input = `${statements.join('\n')}\n`;
  const { stdout, stderr } = await alice.psql('app@orders-eu', ['-v', 'ON_ERROR_STOP=0'], { input });
  expect(stdout).toContain('Planted Person');
  const fromServer = stdout + stderr.replace(/^LINE \d+: .*$/gm, ''); // there psql quotes what it sent itself
  for (const value of Object.values(planted)) expect(fromServer).not.toContain(value);
  const shell = `echo '${planted.email} ${planted.card}'; echo '${planted.iban}' >&2`;
  const spoken = await alice.ssh('deploy@build-eu', [shell]);
  expect(spoken.stdout).toMatch(/^p\S+@\S+ \*+1486$/m);
  for (const value of Object.values(planted)) expect(spoken.stdout + spoken.stderr).not.toContain(value);

  // Both sessions are sealed, so that recordings are looked at too.
  for (const target of ['orders-eu', 'build-eu'])
    await sessionWhere(olga, (one) => one.target === target && one.recordingDigest !== null);
  const written = await writtenText(world);
  expect(written.size).toBeGreaterThan(10);
  const allText = [...written.values()].join('\n');
  expect(allText).toContain('Planted Person'); // what is not masked is there: the search looks at the right places
  const found = [...written].flatMap(([file, text]) =>
    Object.entries(planted).flatMap(([kind, value]) => (text.includes(value) ? [`${kind} in ${file}`] : [])),
  );
  expect(found).toEqual([]);
}, 120_000);
