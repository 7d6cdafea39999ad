import { SshReader, sshString } from './ssh-values.ts';

/** A certificate of OpenSSH's (PROTOCOL.certkeys), as it says of itself: nothing of it is checked yet. */
export interface SshCertificate {
  /** Such as `ssh-ed25519-cert-v01@openssh.com`. */
  readonly type: string;
  /** The certified key, in the form that it has without a certificate. */
  readonly key: Buffer;
  readonly serial: bigint;
  readonly kind: 'user' | 'host';
  /** What the authority calls it, for the record. */
  readonly keyId: string;
  /** User or host names that it is good for; none: any. */
  readonly principals: readonly string[];
  /** Seconds since 1970: from this one on, and no longer at that one. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** Who does not know one of them must refuse the certificate. */
  readonly criticalOptions: ReadonlyMap<string, Buffer>;
  readonly extensions: ReadonlyMap<string, Buffer>;
  /** The authority's public key. */
  readonly authority: Buffer;
  readonly signature: Buffer;
  /** What the signature is over. */
  readonly signed: Buffer;
}

/** Longest certificate that is read. Bytes. */
const bytesMax = 16 * 1024;
const principalsMax = 256;
const suffix = '-cert-v01@openssh.com';

/** How many parts a key has behind its type. */
const keyParts: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
};

/** Reads a certificate from its SSH form; undefined when it is none, or malformed, or of a key that is not accepted. */
export function readCertificate(blob: Uint8Array): SshCertificate | undefined {
  if (blob.length > bytesMax) return undefined;
  const reader = new SshReader(blob);
  const type = reader.text() ?? '';
  const keyType = type.endsWith(suffix) ? type.slice(0, -suffix.length) : '';
  const parts = keyParts[keyType];
  if (parts === undefined || reader.bytes() === undefined /* the nonce */) return undefined;
  const key = [sshString(keyType)];
  for (let part = 0; part < parts; part += 1) key.push(sshString(reader.bytes() ?? ''));
  const serial = reader.uint64();
  const kind = ({ 1: 'user', 2: 'host' } as const)[reader.uint32() ?? 0];
  const keyId = reader.text();
  const principals = listOf(reader.bytes());
  const [validAfter, validBefore] = [reader.uint64(), reader.uint64()];
  const [criticalOptions, extensions] = [optionsOf(reader.bytes()), optionsOf(reader.bytes())];
  reader.bytes(); // reserved
  const authority = reader.bytes();
  const signed = Buffer.from(blob.subarray(0, reader.position));
  const signature = reader.bytes();
  if (
    !reader.isAtEnd ||
    kind === undefined ||
    serial === undefined ||
    keyId === undefined ||
    principals === undefined ||
    validAfter === undefined ||
    validBefore === undefined ||
    criticalOptions === undefined ||
    extensions === undefined ||
    authority === undefined ||
    signature === undefined
  )
    return undefined;
  return {
    type,
    key: Buffer.concat(key),
    serial,
    kind,
    keyId,
    principals,
    validAfter,
    validBefore,
    criticalOptions,
    extensions,
    authority,
    signature,
    signed,
  };
}

function listOf(bytes: Buffer | undefined): string[] | undefined {
  if (bytes === undefined) return undefined;
  const reader = new SshReader(bytes);
  const list: string[] = [];
  while (reader.hasMore && list.length < principalsMax) list.push(reader.text() ?? '');
  return reader.isAtEnd ? list : undefined;
}

/** Names with their data; each name once, in the order of the names, as the format asks. */
function optionsOf(bytes: Buffer | undefined): Map<string, Buffer> | undefined {
  if (bytes === undefined) return undefined;
  const reader = new SshReader(bytes);
  const options = new Map<string, Buffer>();
  let last = '';
  while (reader.hasMore) {
    const [name, data] = [reader.text(), reader.bytes()];
    if (name === undefined || data === undefined || name <= last) return undefined;
    options.set((last = name), data);
  }
  return reader.isAtEnd ? options : undefined;
}

/** The text within the data of an option, such as the addresses of `source-address`; undefined when there is none. */
export function optionText(data: Uint8Array): string | undefined {
  const reader = new SshReader(data);
  const text = reader.text();
  return reader.isAtEnd ? text : undefined;
}
