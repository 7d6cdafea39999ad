import { ApiClient } from '@inland/api-client';
import { delay } from '@inland/kernel';
import type { Frame } from '@inland/recording';
import { sqlQuery, sshExec, type SqlAnswer } from './tour-clients.ts';

export interface TourOptions {
  readonly sshPort: number;
  readonly postgresPort: number;
  readonly api: string;
  /** The CA that signed the gateway's certificate, PEM. */
  readonly ca: string;
  readonly aliceKeyFile: string;
  readonly olgaKeyFile: string;
  readonly print: (line: string) => void;
}

interface SessionRow {
  readonly id: string;
  readonly target: string;
}

const select = 'SELECT name, email, card, iban FROM customers ORDER BY id LIMIT 3';

/** Four real accesses through the real listeners: what was typed, what came back, and why. */
export async function tour(options: TourOptions): Promise<void> {
  const { print } = options;
  const alice = new ApiClient({ api: options.api, identityFile: options.aliceKeyFile });
  const olga = new ApiClient({ api: options.api, identityFile: options.olgaKeyFile });

  title(print, 1, 'An SSH command, allowed');
  print(`   alice$ ssh -p ${options.sshPort} deploy@build-eu@127.0.0.1 'uname -s; head -3 customers.csv'`);
  const answer = await sshExec({
    port: options.sshPort,
    user: 'deploy@build-eu',
    keyFile: options.aliceKeyFile,
    command: 'uname -s; head -3 customers.csv',
  });
  for (const line of `${answer.output}${answer.error}`.trimEnd().split('\n')) print(`   ${line}`);
  print('   → build-eu is in Frankfurt, alice is in Germany, the record stays in Frankfurt: the rule holds.');

  title(print, 2, 'A SQL query, allowed, with its personal data masked');
  const { token } = await alice.post<{ token: string }>('/api/v1/auth/database-tokens', {});
  const query = (user: string): Promise<SqlAnswer> =>
    sqlQuery({ port: options.postgresPort, user, token, database: 'shop', ca: options.ca, text: select });
  print(`   alice$ psql "host=127.0.0.1 port=${options.postgresPort} user=app@orders-eu dbname=shop" -c '${select}'`);
  printSql(print, await query('app@orders-eu'));
  print('   → the same rule asks that e-mail addresses, cards and IBANs are masked: for alice, and for the record.');

  title(print, 3, 'A database in Virginia, refused');
  print(`   alice$ psql "host=127.0.0.1 port=${options.postgresPort} user=app@orders-us dbname=shop" -c '${select}'`);
  printSql(print, await query('app@orders-us'));
  print('   → nothing of it reached the database; the attempt and the reason are in the record.');

  title(print, 4, 'The replay of what happened');
  const session = await finishedSession(olga, 'orders-eu');
  print(`   olga$ npx inland replay ${session}`);
  for await (const frame of olga.lines<Frame>(`/api/v1/sessions/${session}/replay`)) printFrame(print, frame);
  print('   → the record holds what alice saw, and no more: the masked values are nowhere in it.');
}

function title(print: (line: string) => void, number: number, text: string): void {
  print('');
  print(`${number}. ${text}`);
}

function printSql(print: (line: string) => void, answer: SqlAnswer): void {
  if (answer.kind === 'refused') {
    print(`   FATAL: ${answer.message}`);
    if (answer.detail !== '') print(`   DETAIL: ${answer.detail}`);
    if (answer.hint !== '') print(`   HINT: ${answer.hint}`);
    return;
  }
  const widths = answer.columns.map((name, at) =>
    Math.max(name.length, ...answer.rows.map((row) => (row[at] ?? '').length)),
  );
  for (const row of [answer.columns, ...answer.rows])
    print(
      `   ${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}`,
    );
}

function printFrame(print: (line: string) => void, frame: Frame): void {
  if (frame.kind === 'attempted') print(`   ${frame.subject} → ${frame.login}@${frame.target}`);
  if (frame.kind === 'access') print(`   ${frame.outcome} by ${frame.reasons[0]?.rule ?? ''}`);
  if (frame.kind === 'command') print(`   => ${frame.text}`);
  if (frame.kind === 'postgres')
    for (const row of frame.rows) print(`   ${row.map((value) => value ?? 'null').join(' | ')}`);
  if (frame.kind === 'closed') print(`   ${frame.ending}, ${frame.maskedValues} values masked`);
}

/** The newest closed session at the target, as soon as the projection knows it. */
async function finishedSession(client: ApiClient, target: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { sessions } = await client.get<{ sessions: (SessionRow & { endedAt: string | null })[] }>(
      `/api/v1/sessions?target=${target}&limit=1`,
    );
    const [newest] = sessions;
    if (newest !== undefined && newest.endedAt !== null) return newest.id;
    await delay(100);
  }
  throw new Error(`the session at ${target} did not reach the projection within 10 s`);
}
