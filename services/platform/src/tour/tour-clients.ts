import { readFileSync } from 'node:fs';
import pg from 'pg';
import ssh2 from 'ssh2';

export interface SshAnswer {
  readonly exitStatus: number | null;
  readonly output: string;
  readonly error: string;
}

/** Runs one command by SSH through the gateway, as `ssh login@target@gateway command` does. */
export function sshExec(options: {
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  readonly command: string;
}): Promise<SshAnswer> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once('error', reject);
    client.once('ready', () => {
      client.exec(options.command, (error, channel) => {
        if (error !== undefined && error !== null) return reject(error);
        let [output, failure] = ['', ''];
        let exitStatus: number | null = null;
        channel.on('data', (chunk: Buffer) => (output += chunk.toString()));
        channel.stderr.on('data', (chunk: Buffer) => (failure += chunk.toString()));
        channel.on('exit', (status: number | null) => (exitStatus = status));
        channel.once('close', () => {
          client.end();
          resolve({ exitStatus, output, error: failure });
        });
      });
    });
    client.connect({
      host: '127.0.0.1',
      port: options.port,
      username: options.user,
      privateKey: readFileSync(options.keyFile),
      readyTimeout: 20_000,
    });
  });
}

export type SqlAnswer =
  | { readonly kind: 'rows'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'refused'; readonly message: string; readonly detail: string; readonly hint: string };

/** Runs one statement through the gateway, as `psql "host=gateway user=login@target"` does. */
export async function sqlQuery(options: {
  readonly port: number;
  readonly user: string;
  readonly token: string;
  readonly database: string;
  readonly ca: string;
  readonly text: string;
}): Promise<SqlAnswer> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: options.port,
    user: options.user,
    password: options.token,
    database: options.database,
    ssl: { ca: options.ca, servername: 'localhost' },
    connectionTimeoutMillis: 20_000,
  });
  client.on('error', () => undefined); // the refusal itself is what connect() rejects with
  try {
    await client.connect();
    const result = await client.query({ text: options.text, rowMode: 'array' });
    return {
      kind: 'rows',
      columns: result.fields.map(({ name }) => name),
      rows: (result.rows as unknown[][]).map((row) => row.map(String)),
    };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { kind: 'refused', message: error.message, detail: error.detail ?? '', hint: error.hint ?? '' };
  } finally {
    await client.end().catch(() => undefined);
  }
}
