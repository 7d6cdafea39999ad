// The listeners over a benchmark's gateway; `stop` ends them and the gateway.
import { StreamMasker, ValueMasker } from '@inland/masking';
import { countBuffersAsHeap, PostgresListener, SshListener } from '@inland/proxy';
import { loadSqlParser } from '@inland/statements';
import { alice } from './gateway.mjs';

export const token = 'bench-token';
const where = { host: '127.0.0.1', port: 0, limits: { unauthenticatedMax: 200, handshakeMillis: 10_000 } };
const logger = { warn: (message) => console.error(message) };
const unproven = (method, credentialId) => ({ kind: 'unproven', method, credentialId, reason: 'credential_invalid' });

async function started(listener, opened) {
  countBuffersAsHeap(); // as the proxy service does
  await listener.listen();
  return {
    port: listener.port,
    stop: async () => {
      await listener.close({ graceMillis: 0 });
      await opened.close();
    },
  };
}

export async function startPostgres(opened, { tls }) {
  const listener = new PostgresListener({
    ...where,
    gateway: opened.gateway,
    authenticate: async (given) => (given === token ? alice : unproven('database-token', '')),
    tls,
    valueMask: (detectors) => new ValueMasker(detectors),
    sqlParser: await loadSqlParser(),
    logger,
  });
  return started(listener, opened);
}

export function startSsh(opened, { hostKey, fingerprint }) {
  const listener = new SshListener({
    ...where,
    gateway: opened.gateway,
    identify: async (key) => (key.fingerprint === fingerprint ? alice : unproven('ssh-key', key.fingerprint)),
    hostKeys: [hostKey],
    createMasker: (detectors) => new StreamMasker(detectors),
    logger,
  });
  return started(listener, opened);
}
