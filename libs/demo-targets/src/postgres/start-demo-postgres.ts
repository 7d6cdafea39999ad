import { randomBytes } from 'node:crypto';
import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLocalCa } from '@inland/local-ca';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@inland/projection-store-postgres';
import { Client } from 'pg';
import { shopStatements } from './shop-data.ts';

export interface DemoPostgresOptions {
  /** Data, certificates and passwords; made at the first start. */
  readonly folder: string;
  /** On 127.0.0.1; a free one when absent. */
  readonly port?: number;
}

/** A PostgreSQL with TLS and a database `shop` that belongs to the role `app`, which logs in by SCRAM-SHA-256. */
export interface DemoPostgres {
  readonly host: string;
  readonly port: number;
  /** Whom to trust when checking the server's certificate, which is for `localhost` and 127.0.0.1. */
  readonly caPem: string;
  /** Of the role `app`. */
  readonly password: string;
  stop(): Promise<void>;
}

/**
 * Starts the demo's database. One that was left behind by a killed process is taken over. Faults with `misconfigured`,
 * `conflict` (the folder is in use) or `unavailable`.
 */
export async function startDemoPostgres({ folder, port }: DemoPostgresOptions): Promise<DemoPostgres> {
  const postgres = await startEmbeddedPostgres({ folder, ...(port === undefined ? {} : { port }) });
  try {
    const ca = await openLocalCa({ folder: join(folder, 'ca') });
    const { keyPem, certPem } = await ca.issue({ names: ['localhost'], addresses: ['127.0.0.1', '::1'] });
    await writeForServer(join(folder, 'data'), { 'server.key': keyPem, 'server.crt': certPem });
    const password = await passwordIn(join(folder, 'app-password'));
    await prepare(postgres, password);
    const { host } = postgres.connection;
    return { host, port: postgres.connection.port, caPem: ca.caPem, password, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop().catch(() => undefined);
    throw error;
  }
}

/** The server reads its key only when it is its own, and nobody else's to read. */
async function writeForServer(data: string, files: Readonly<Record<string, string>>): Promise<void> {
  const owner = await stat(data);
  for (const [name, text] of Object.entries(files)) {
    const file = join(data, name);
    await writeFile(file, text, { mode: 0o600 });
    if (process.getuid?.() === 0) await chown(file, owner.uid, owner.gid);
  }
}

async function passwordIn(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600, flag: 'wx' });
  return password;
}

/** Turns TLS on and makes what is missing: the role, the database and what is in it. */
async function prepare({ connection }: EmbeddedPostgres, password: string): Promise<void> {
  await withClient(connection, async (client) => {
    await client.query("ALTER SYSTEM SET ssl_cert_file = 'server.crt'");
    await client.query("ALTER SYSTEM SET ssl_key_file = 'server.key'");
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.query('SELECT pg_reload_conf()');
    const { rows: roles } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = 'app'");
    if (roles.length === 0) await client.query('CREATE ROLE app LOGIN');
    await client.query(`ALTER ROLE app PASSWORD ${client.escapeLiteral(password)}`);
    const { rows: databases } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'shop'");
    if (databases.length === 0) await client.query('CREATE DATABASE shop OWNER app');
  });
  const shop = { ...connection, user: 'app', password, database: 'shop' };
  await withClient(shop, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('orders') IS NULL AS empty");
    if ((rows[0] as { readonly empty: boolean } | undefined)?.empty !== true) return;
    await client.query('BEGIN');
    for (const statement of shopStatements()) await client.query(statement);
    await client.query('COMMIT');
  });
}

async function withClient(
  connection: EmbeddedPostgres['connection'],
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
