// Opens connections to the gateway and keeps them idle, in a process of its own, so that what they take does not count:
// `{ open: N }` opens so many more and is answered when they are.
import { createRequire } from 'node:module';
import pg from 'pg';

const { Client: SshClient } = createRequire(import.meta.url)('ssh2');
const { kind, config } = JSON.parse(process.argv[2]);
const kept = [];

/** A connection with a shell that has shown its prompt. */
function openSsh() {
  return new Promise((resolve, reject) => {
    const client = new SshClient();
    client.once('error', reject);
    client.once('ready', () =>
      client.shell((error, channel) => {
        if (error) return reject(error);
        channel.once('data', () => resolve(client));
      }),
    );
    client.connect({ ...config, algorithms: { cipher: ['aes128-gcm@openssh.com'] } });
  });
}

/** A connection that has done one SELECT. */
async function openPostgres() {
  const client = new pg.Client(config);
  await client.connect();
  await client.query('SELECT 1');
  return client;
}

process.on('message', async ({ open }) => {
  for (let count = 0; count < open; count += 1) kept.push(await (kind === 'ssh' ? openSsh() : openPostgres()));
  process.send({ opened: kept.length });
});
