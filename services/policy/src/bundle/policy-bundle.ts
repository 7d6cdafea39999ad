import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Fault } from '@inland/kernel';
import { readSignedBundle } from '@inland/opa-bundle';
import { PolicyEngine, PolicyExtension, sha256Hex } from '@inland/residency';

/** A policy compiled to WebAssembly, as it is put into the control log. */
export interface PolicyBundle {
  readonly wasm: Uint8Array;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  /** The id of the key whose signature was verified; empty for the policy that comes with Inland. */
  readonly signedBy: string;
}

/** The policy that comes with Inland. */
export function defaultBundle(): PolicyBundle {
  const file = createRequire(import.meta.url).resolve('@inland/residency/bundle/default.wasm');
  const wasm = readFileSync(file);
  return { wasm, digest: sha256Hex(wasm), signedBy: '' };
}

export interface BundleConfig {
  readonly file: string;
  readonly mode: 'replace' | 'extend';
  readonly keys: readonly { readonly id: string; readonly file: string }[];
}

/** An operator's own policy. Rejects with `misconfigured` when it cannot be read, is not signed well, or is no policy. */
export async function bundleFrom({ file, mode, keys }: BundleConfig): Promise<PolicyBundle> {
  try {
    const trusted = keys.map(({ id, file: keyFile }) => ({ id, publicKeyPem: readFileSync(keyFile, 'utf8') }));
    const { wasm, signedBy } = await readSignedBundle(readFileSync(file), trusted);
    if (mode === 'replace') await PolicyEngine.load(wasm);
    else await PolicyExtension.load(wasm);
    return { wasm, digest: sha256Hex(wasm), signedBy };
  } catch (error) {
    const { message } = Fault.from(error);
    throw new Fault('misconfigured', `the policy bundle ${file} cannot be used: ${message}`, { cause: error });
  }
}
