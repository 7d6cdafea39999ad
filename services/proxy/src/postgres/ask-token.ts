import type { TLSSocket } from 'node:tls';
import { Fault } from '@inland/kernel';
import {
  authenticationCleartextPassword,
  FrontendDecoder,
  minorVersionMax,
  negotiateProtocolVersion,
  passwordBytesMax,
  readText,
  type StartupPacket,
} from '@inland/postgres-wire';
import type { ChunkReader } from './chunk-reader.ts';

/**
 * Asks for the token in place of a password, which only TLS makes safe to ask for. Undefined when the client leaves, as
 * psql does to ask a person. Faults with `protocol_violation` when something else comes.
 */
export async function askToken(
  socket: TLSSocket,
  reader: ChunkReader,
  { minor, options }: Extract<StartupPacket, { kind: 'startup' }>,
): Promise<string | undefined> {
  if (minor > minorVersionMax || options.length > 0)
    socket.write(negotiateProtocolVersion(Math.min(minor, minorVersionMax), options));
  socket.write(authenticationCleartextPassword());
  const decoder = new FrontendDecoder(passwordBytesMax);
  for (;;) {
    const chunk = await reader.next();
    if (chunk === undefined) return undefined;
    const [message, ...more] = decoder.push(chunk);
    if (message === undefined) continue;
    if (message.type !== 'p' || more.length > 0 || decoder.pendingBytes > 0)
      throw new Fault('protocol_violation', 'a password was asked for');
    return readText(message);
  }
}
