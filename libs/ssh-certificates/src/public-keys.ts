import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { SshReader, sshString } from './ssh-values.ts';

/** Curves by the names that SSH has for them (RFC 5656 §10.1). */
const curves: Readonly<Record<string, { readonly crv: string; readonly bytes: number; readonly hash: string }>> = {
  nistp256: { crv: 'P-256', bytes: 32, hash: 'sha256' },
  nistp384: { crv: 'P-384', bytes: 48, hash: 'sha384' },
  nistp521: { crv: 'P-521', bytes: 66, hash: 'sha512' },
};
const rsaBitsMin = 2_048;

/** The SSH form (RFC 8709 §4) of an Ed25519 key, of which the public half is taken; undefined when it is of another kind. */
export function ed25519Blob(key: KeyObject): Buffer | undefined {
  if (key.asymmetricKeyType !== 'ed25519') return undefined;
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return Buffer.concat([sshString('ssh-ed25519'), sshString(raw)]);
}

/** The key of an SSH public key: Ed25519, ECDSA of NIST's curves, RSA from 2,048 bits; undefined for any other. */
export function publicKeyOf(blob: Uint8Array): KeyObject | undefined {
  const reader = new SshReader(blob);
  const jwk = jwkOf(reader.text() ?? '', reader);
  if (jwk === undefined || !reader.isAtEnd) return undefined;
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength ?? rsaBitsMin;
    return bits < rsaBitsMin ? undefined : key;
  } catch {
    return undefined;
  }
}

function jwkOf(type: string, reader: SshReader): Record<string, string> | undefined {
  if (type === 'ssh-ed25519') {
    const x = reader.bytes();
    return x?.length === 32 ? { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') } : undefined;
  }
  if (type === 'ssh-rsa') {
    const [e, n] = [reader.bytes(), reader.bytes()];
    return e === undefined || n === undefined
      ? undefined
      : { kty: 'RSA', e: e.toString('base64url'), n: withoutZero(n).toString('base64url') };
  }
  const name = type.startsWith('ecdsa-sha2-') ? type.slice(11) : '';
  const curve = curves[name];
  if (curve === undefined || reader.text() !== name) return undefined;
  const point = reader.bytes();
  if (point?.length !== 1 + 2 * curve.bytes || point[0] !== 4) return undefined;
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return { kty: 'EC', crv: curve.crv, x: x.toString('base64url'), y: y.toString('base64url') };
}

/** Whether the signature, in SSH's form, is this key's over the data. SHA-1 never is. */
export function signatureHolds(blob: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  const key = publicKeyOf(blob);
  const type = new SshReader(blob).text() ?? '';
  const reader = new SshReader(signature);
  const [algorithm, value] = [reader.text(), reader.bytes()];
  if (key === undefined || algorithm === undefined || value === undefined || !reader.isAtEnd) return false;
  if (type === 'ssh-ed25519') return algorithm === type && verify(null, data, key, value);
  if (type === 'ssh-rsa') {
    const hash = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[algorithm];
    return hash !== undefined && verify(hash, data, key, value);
  }
  const curve = curves[type.slice(11)];
  if (curve === undefined || algorithm !== type) return false;
  const parts = new SshReader(value);
  const [r, s] = [parts.bytes(), parts.bytes()];
  if (r === undefined || s === undefined || !parts.isAtEnd) return false;
  const [rBytes, sBytes] = [padded(r, curve.bytes), padded(s, curve.bytes)];
  if (rBytes === undefined || sBytes === undefined) return false;
  return verify(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat([rBytes, sBytes]));
}

function withoutZero(number: Buffer): Buffer {
  return number[0] === 0 ? number.subarray(1) : number;
}

function padded(number: Buffer, length: number): Buffer | undefined {
  const bytes = withoutZero(number);
  return bytes.length > length ? undefined : Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}
