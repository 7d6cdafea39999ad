import { gunzipSync } from 'node:zlib';
import { Fault } from '@inland/kernel';
import { canonicalJson, sha256Hex } from '@inland/residency';
import { compactVerify, decodeProtectedHeader, importSPKI } from 'jose';
import { parseTar } from 'nanotar';
import { z } from 'zod';

/** A public key whose signatures are good. */
export interface BundleKey {
  readonly id: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKeyPem: string;
}

export interface SignedBundle {
  readonly wasm: Uint8Array;
  /** The id of the key that signed it. */
  readonly signedBy: string;
}

/** A bundle unpacked takes at most so many bytes. */
const bundleBytesMax = 128 * 1024 * 1024;
const signaturesFile = '.signatures.json';
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const signaturesSchema = z.object({ signatures: z.array(z.string()).min(1).max(10) });
const payloadSchema = z.object({
  files: z
    .array(z.object({ name: z.string(), hash: z.string(), algorithm: z.string().default('SHA-256') }))
    .max(10_000),
});

/**
 * Reads a bundle (tar, gzip) whose files are all as a signature of one of the keys says. Rejects with `invalid_argument`
 * that says what is wrong.
 */
export async function readSignedBundle(bytes: Uint8Array, keys: readonly BundleKey[]): Promise<SignedBundle> {
  const files = unpack(bytes);
  const signatures = files.get(signaturesFile);
  if (signatures === undefined) throw bad('it is not signed; sign it with `opa build --signing-key`, or `opa sign`');
  const { signatures: tokens } = parsed(signaturesSchema, signatures, signaturesFile);
  const { payload, keyId } = await verified(tokens, keys);
  assertAsSigned(files, parsed(payloadSchema, payload, 'the signature').files);
  const wasm = files.get('policy.wasm');
  if (wasm === undefined) throw bad('it holds no policy.wasm; build it with `opa build --target wasm`');
  return { wasm, signedBy: keyId };
}

function unpack(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  try {
    const tar = gunzipSync(bytes, { maxOutputLength: bundleBytesMax });
    const files = new Map<string, Uint8Array>();
    for (const { name, data, type } of parseTar(tar)) {
      if (type !== 'file' && type !== undefined) continue;
      const path = name.replace(/^(\.?\/)+/, '');
      if (files.has(path)) throw new Error(`${path} is there twice`);
      files.set(path, data ?? new Uint8Array(0));
    }
    return files;
  } catch (error) {
    throw bad(`it cannot be unpacked (${error instanceof Error ? error.message : String(error)})`, error);
  }
}

/** What the first signature by one of the keys says. */
async function verified(
  tokens: readonly string[],
  keys: readonly BundleKey[],
): Promise<{ readonly payload: Uint8Array; readonly keyId: string }> {
  for (const token of tokens)
    for (const { id, publicKeyPem } of keys)
      try {
        const { alg = '', kid } = decodeProtectedHeader(token);
        if (!algorithms.includes(alg) || (kid !== undefined && kid !== id)) continue;
        const key = await importSPKI(publicKeyPem, alg);
        const { payload } = await compactVerify(token, key, { algorithms });
        return { payload, keyId: id };
      } catch {
        // another key, or another signature, may do
      }
  throw bad(`none of its signatures is by a key that is trusted (${keys.map(({ id }) => id).join(', ') || 'none is'})`);
}

/** Each file is signed, with what it holds; and each signed file is there. */
function assertAsSigned(files: ReadonlyMap<string, Uint8Array>, signed: z.output<typeof payloadSchema>['files']): void {
  const hashes = new Map(signed.map((file) => [file.name.replace(/^\/+/, ''), file]));
  for (const [name, data] of files) {
    if (name === signaturesFile) continue;
    const stated = hashes.get(name);
    if (stated === undefined) throw bad(`${name} is not signed`);
    if (stated.algorithm !== 'SHA-256') throw bad(`${name} is hashed by ${stated.algorithm}; SHA-256 is`);
    if (fileHash(name, data) !== stated.hash) throw bad(`${name} is not what was signed`);
    hashes.delete(name);
  }
  const [missing] = hashes.keys();
  if (missing !== undefined) throw bad(`${missing} was signed, and is missing`);
}

/** Of data the hash is that of its JSON with sorted keys, of anything else that of its bytes. */
function fileHash(name: string, data: Uint8Array): string {
  const isData = /(^|\/)(data\.json|\.manifest)$/.test(name);
  return sha256Hex(isData ? canonicalJson(parsed(z.unknown(), data, name)) : data);
}

function parsed<Schema extends z.ZodType>(schema: Schema, data: Uint8Array, name: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(data).toString('utf8')));
  } catch (error) {
    throw bad(`${name} is not as it should be`, error);
  }
}

function bad(why: string, cause?: unknown): Fault {
  return new Fault('invalid_argument', `this policy bundle cannot be used: ${why}`, { cause });
}
