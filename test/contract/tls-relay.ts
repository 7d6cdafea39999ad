import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { sslRequest } from '@inland/postgres-wire';

export interface TlsRelay {
  readonly port: number;
  /** What went to the server inside TLS. */
  said(): string;
  stop(): Promise<void>;
}

/** Stands between a client and a PostgreSQL on 127.0.0.1, and ends the client's TLS with a certificate of its own. */
export async function startTlsRelay(
  port: number,
  tls: { readonly key: string; readonly cert: string },
): Promise<TlsRelay> {
  const said: Buffer[] = [];
  const sockets = new Set<Socket>();
  const keep = <T extends Socket>(socket: T): T => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    return socket;
  };
  const relay = async (client: Socket): Promise<void> => {
    await once(client, 'data'); // its SSLRequest
    const onward = keep(connect(port, '127.0.0.1'));
    onward.write(sslRequest());
    await once(onward, 'data');
    const server = keep(connectTls({ socket: onward, rejectUnauthorized: false }));
    await once(server, 'secureConnect');
    const inner = keep(new TLSSocket(client, { isServer: true, ALPNProtocols: ['postgresql'], ...tls }));
    client.write('S');
    inner.on('data', (chunk: Buffer) => said.push(chunk));
    inner.on('close', () => server.destroy());
    server.on('close', () => inner.destroy());
    inner.pipe(server).pipe(inner);
  };
  const listening = createServer((client) => {
    relay(keep(client)).catch(() => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    said: () => Buffer.concat(said).toString('latin1'),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await once(listening.close(), 'close');
    },
  };
}
