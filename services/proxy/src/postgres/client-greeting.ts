import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { Fault } from '@inland/kernel';
import { decodeStartup, encryptionAccepted, encryptionRefused, type StartupPacket } from '@inland/postgres-wire';
import { ChunkReader } from './chunk-reader.ts';

export type Greeting =
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: Buffer }
  /** Who wants to start without TLS: refused, since the token would be readable on the way. */
  | { readonly kind: 'unencrypted' }
  | {
      readonly kind: 'startup';
      readonly socket: TLSSocket;
      readonly reader: ChunkReader;
      readonly packet: Extract<StartupPacket, { kind: 'startup' }>;
    };

/** ClientHello begins so (RFC 8446 §5.1): TLS without an SSLRequest before it, as PostgreSQL 17 takes it. */
const tlsHandshake = 0x16;
const packetsMax = 4;

/**
 * The first packets of a client: TLS in one of its two ways, then what it wants. Undefined when it leaves. Faults with
 * `protocol_violation`. Bytes that were sent in the clear before TLS are never taken for bytes sent inside it.
 */
export async function greetClient(socket: Socket, secureContext: SecureContext): Promise<Greeting | undefined> {
  let reader = new ChunkReader(socket);
  let secured: TLSSocket | undefined;
  let bytes: Buffer = Buffer.alloc(0);
  for (let packets = 0; packets < packetsMax;) {
    const found = bytes[0] === tlsHandshake && secured === undefined ? 'tls' : decodeStartup(bytes);
    if (found === undefined) {
      const chunk = await reader.next();
      if (chunk === undefined) return undefined;
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      continue;
    }
    packets += 1;
    if (found === 'tls') {
      secured = await secure(reader.release(bytes) as Socket, secureContext);
      if (secured.alpnProtocol !== 'postgresql')
        throw new Fault('protocol_violation', 'TLS from the first byte needs the application protocol postgresql');
      reader = new ChunkReader(secured);
      bytes = Buffer.alloc(0);
      continue;
    }
    const { packet, length } = found;
    if (length < bytes.length) throw new Fault('protocol_violation', 'more was sent than was asked for');
    bytes = Buffer.alloc(0);
    switch (packet.kind) {
      case 'gss-encryption':
        (secured ?? socket).write(encryptionRefused());
        break;
      case 'ssl':
        if (secured !== undefined) throw new Fault('protocol_violation', 'TLS was asked for within TLS');
        socket.write(encryptionAccepted());
        secured = await secure(reader.release(bytes) as Socket, secureContext);
        reader = new ChunkReader(secured);
        break;
      case 'cancel':
        return packet;
      case 'startup':
        if (secured === undefined) return { kind: 'unencrypted' };
        return { kind: 'startup', socket: secured, reader, packet };
    }
  }
  throw new Fault('protocol_violation', 'the connection was never started');
}

function secure(socket: Socket, secureContext: SecureContext): Promise<TLSSocket> {
  const secured = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['postgresql'] });
  // Its faults end the connection; what they were is the client's to know.
  secured.on('error', () => secured.destroy());
  socket.once('close', () => secured.destroy());
  return new Promise((resolve, reject) => {
    secured.once('secure', () => resolve(secured));
    secured.once('close', () => reject(new Fault('protocol_violation', 'TLS could not be agreed on')));
  });
}
