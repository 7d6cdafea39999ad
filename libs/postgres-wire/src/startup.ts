import { Fault } from '@inland/kernel';
import { FieldReader } from './field-reader.ts';
import { startupBytesMax } from './wire-limits.ts';

/** What a client may send first: Int32 length (itself included) · Int32 code · fields. */
export type StartupPacket =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'gss-encryption' }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: Buffer }
  | {
      readonly kind: 'startup';
      /** 3.x: the minor version that the client asks for. */
      readonly minor: number;
      readonly parameters: ReadonlyMap<string, string>;
      /** Protocol options (`_pq_.*`) that were asked for. */
      readonly options: readonly string[];
    };

const cancelCode = (1234 << 16) | 5678;
const sslCode = (1234 << 16) | 5679;
const gssCode = (1234 << 16) | 5680;
const parametersMax = 100;

/**
 * Takes the first packet off the bytes, with the number of bytes that it took; undefined while it is not whole.
 * Faults with `protocol_violation` when it is malformed, too long, or of another major version.
 */
export function decodeStartup(bytes: Buffer): { readonly packet: StartupPacket; readonly length: number } | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32BE(0);
  if (length < 8 || length > startupBytesMax)
    throw new Fault('protocol_violation', 'the first packet is not one of PostgreSQL');
  if (bytes.length >= 8) knownCode(bytes.readUInt32BE(4));
  if (bytes.length < length) return undefined;
  const reader = new FieldReader(bytes.subarray(0, length), 4);
  const packet = packetOf(reader.uint32(), reader);
  return { packet, length };
}

function knownCode(code: number): void {
  if (code !== sslCode && code !== gssCode && code !== cancelCode && code >>> 16 !== 3)
    throw new Fault('protocol_violation', 'only version 3 of the PostgreSQL protocol is spoken here');
}

function packetOf(code: number, reader: FieldReader): StartupPacket {
  switch (code) {
    case sslCode:
      reader.end();
      return { kind: 'ssl' };
    case gssCode:
      reader.end();
      return { kind: 'gss-encryption' };
    case cancelCode: {
      const processId = reader.int32();
      if (reader.remaining < 4 || reader.remaining > 256)
        throw new Fault('protocol_violation', 'a CancelRequest has a key of 4 to 256 bytes');
      return { kind: 'cancel', processId, secret: Buffer.from(reader.bytes(reader.remaining)) };
    }
    default:
      return startupOf(code & 0xffff, reader);
  }
}

/** (String name · String value)* · Byte1(0) */
function startupOf(minor: number, reader: FieldReader): StartupPacket {
  const parameters = new Map<string, string>();
  const options: string[] = [];
  for (;;) {
    const name = reader.text();
    if (name === '') break;
    const value = reader.text();
    if (parameters.size + options.length >= parametersMax)
      throw new Fault('protocol_violation', `a startup packet has at most ${parametersMax} parameters`);
    if (name.startsWith('_pq_.')) options.push(name);
    else parameters.set(name, value);
  }
  reader.end();
  return { kind: 'startup', minor, parameters, options };
}
