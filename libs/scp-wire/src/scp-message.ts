import { Fault } from '@inland/kernel';

/** What the side that has the files says. */
export type ScpMessage =
  /** Of the entry that follows. */
  | { readonly kind: 'times' }
  | { readonly kind: 'file'; readonly name: string; readonly size: bigint }
  | { readonly kind: 'folder'; readonly name: string }
  /** Of the innermost folder. */
  | { readonly kind: 'end-of-folder' }
  /** A file that could not be read; not to be answered. */
  | { readonly kind: 'error'; readonly fatal: boolean; readonly text: string };

/** A name of 255 bytes, its mode and size take far less; an error may tell a path. */
export const scpLineBytesMax = 16 * 1024;

/** Everything is well. */
export const scpDone: Buffer = Buffer.of(0);

/** Something was left out, and the rest may follow. */
export function scpError(text: string): Buffer {
  return Buffer.from(`\u0001${text.replaceAll(/[\r\n\0]+/g, ' ')}\n`);
}

/**
 * Reads a line, its line feed left out. Faults with `protocol_violation` when it is none, or names a file outside the
 * folder that is copied.
 */
export function readScpMessage(line: Buffer): ScpMessage {
  const first = line[0];
  if (first === 1 || first === 2) return { kind: 'error', fatal: first === 2, text: line.toString('utf8', 1) };
  const text = textOf(line);
  if (text === 'E') return { kind: 'end-of-folder' };
  if (/^T\d{1,20} \d{1,6} \d{1,20} \d{1,6}$/.test(text)) return { kind: 'times' };
  const entry = /^([CD])[0-7]{4} (\d{1,19}) ([^/\0]+)$/s.exec(text);
  if (entry === null) throw new Fault('protocol_violation', 'an scp message that is none');
  const [, letter, size = '0', name = ''] = entry;
  if (name === '..') throw new Fault('protocol_violation', 'an scp message names a file outside its folder');
  return letter === 'D' ? { kind: 'folder', name } : { kind: 'file', name, size: BigInt(size) };
}

/** Names that are no UTF-8 are read one character for each byte. */
function textOf(line: Buffer): string {
  const text = line.toString('utf8');
  return text.includes('\ufffd') ? line.toString('latin1') : text;
}
