import { candidatesWasm } from './candidates-wasm.ts';

/** Which values are looked for. */
export interface Wanted {
  readonly emails: boolean;
  readonly cards: boolean;
  readonly ibans: boolean;
}

/** As much of the global as is used: Node's own types have none of it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Of scan/candidates.wat. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  scan(length: number, out: number, emails: number, cards: number, ibans: number): number;
}

const { memory, scan } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(candidatesWasm, 'base64')))
  .exports as Exports;
/** So many bytes are scanned at once. */
const windowBytes = 64 * 1024;
/** Bytes behind a window are read too: what begins in it may end there. */
const behindBytes = 32;
const input = new Uint8Array(memory.buffer, 0, windowBytes + 2 * behindBytes);
const output = new Int32Array(memory.buffer, input.byteLength, windowBytes + 2 * behindBytes);
const none = new Int32Array(0);

/**
 * The places where values might be, rising: of each `@`; of the first of 13 digits or more, which single blanks or hyphens
 * may part; of the first of two letters with two digits behind them. A place within digits may be given too, as if they
 * began there.
 */
export function candidatePlaces(bytes: Uint8Array, wanted: Wanted): Int32Array {
  if (bytes.length <= windowBytes) return scanWindow(bytes, wanted);
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at += windowBytes)
    for (const place of scanWindow(bytes.subarray(at, at + windowBytes + behindBytes), wanted))
      if (place < windowBytes) places.push(at + place);
  return Int32Array.from(places);
}

function scanWindow(bytes: Uint8Array, { emails, cards, ibans }: Wanted): Int32Array {
  input.set(bytes);
  input.fill(0, bytes.length, bytes.length + behindBytes);
  const found = scan(bytes.length, output.byteOffset, -Number(emails), -Number(cards), -Number(ibans));
  return found === 0 ? none : output.slice(0, found);
}
