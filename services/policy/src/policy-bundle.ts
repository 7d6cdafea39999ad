import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Fault } from '@inland/kernel';
import { PolicyEngine, sha256Hex } from '@inland/residency';

/** A policy compiled to WebAssembly, as it is put into the control log. */
export interface PolicyBundle {
  readonly wasm: Uint8Array;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

/** The policy that comes with Inland. */
export function defaultBundle(): PolicyBundle {
  const file = createRequire(import.meta.url).resolve('@inland/residency/bundle/default.wasm');
  const wasm = readFileSync(file);
  return { wasm, digest: sha256Hex(wasm) };
}

/** An operator's own policy. Rejects with `misconfigured` when the file cannot be read or is no policy. */
export async function bundleFrom(file: string): Promise<PolicyBundle> {
  try {
    const wasm = readFileSync(file);
    await PolicyEngine.load(wasm);
    return { wasm, digest: sha256Hex(wasm) };
  } catch (error) {
    throw new Fault('misconfigured', `the policy bundle ${file} cannot be used: ${Fault.from(error).message}`, {
      cause: error,
    });
  }
}
