import { createServer } from 'node:net';
import { Fault } from '@inland/kernel';

/** Faults with `misconfigured` when the port cannot be listened on; found before anything else is started. */
export function assertPortFree(host: string, port: number, variable: string): Promise<void> {
  if (port === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      const why =
        code === 'EADDRINUSE'
          ? 'is taken: stop what uses it, or choose another'
          : `cannot be used (${code}): choose another`;
      reject(new Fault('misconfigured', `port ${port} on ${host} ${why} (${variable})`));
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()));
  });
}
