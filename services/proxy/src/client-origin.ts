import type { Socket } from 'node:net';
import { proxyHeaderBytesMax, readProxyV2 } from '@inland/proxy-protocol';
import { isAddressWithin } from './address-within.ts';

/** Where a client is, and the proxy that said so. */
export interface ClientOrigin {
  readonly address: string;
  readonly port: number;
  readonly peer?: string;
}

/**
 * Who a connection is from. A proxy that the operator names (`from`: addresses and ranges) must say so, by the PROXY
 * protocol, before anything else; anybody else is who they are, and what they say of it is no header. Undefined: it said
 * nothing that can be read, or left. What follows the header stays in the socket.
 */
export function clientOrigin(
  socket: Socket,
  from: readonly string[],
): ClientOrigin | Promise<ClientOrigin | undefined> {
  const { remoteAddress: address = '', remotePort: port = 0 } = socket;
  if (from.length === 0 || !isAddressWithin(address, from.join(','))) return { address, port };
  return readOrigin(socket, { address, port });
}

function readOrigin(socket: Socket, itself: ClientOrigin): Promise<ClientOrigin | undefined> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const done = (origin: ClientOrigin | undefined): void => {
      socket.off('readable', read);
      socket.off('close', left);
      resolve(origin);
    };
    const left = (): void => done(undefined);
    const read = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        bytes = Buffer.concat([bytes, chunk]);
        const result = readProxyV2(bytes);
        if (result.kind === 'invalid' || (result.kind === 'more' && bytes.length > proxyHeaderBytesMax))
          return done(undefined);
        if (result.kind === 'more') continue;
        const { source } = result.header;
        if (bytes.length > result.length) socket.unshift(bytes.subarray(result.length));
        return done(source === null ? itself : { ...source, peer: itself.address });
      }
    };
    socket.on('readable', read);
    socket.once('close', left);
    read();
  });
}
