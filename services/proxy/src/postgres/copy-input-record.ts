import { StreamKind } from '@inland/events';
import type { ValueMask } from '@inland/postgres-wire';
import type { CommandRecord } from '../pipeline/gateway.ts';

/** How much of a COPY is recorded in full, in bytes; the rest is counted and hashed. */
export const copyBytesKept = 64 * 1024;

/**
 * Records what a client copies in, masked line by line for the record only: the target gets what was sent. Of the
 * binary form, and of what is over the limit, the record has the size and the hash.
 */
export class CopyInputRecord {
  readonly #command: CommandRecord;
  readonly #mask: ValueMask;
  #line: Buffer = Buffer.alloc(0);
  #kept = 0;

  constructor(command: CommandRecord, mask: ValueMask) {
    this.#command = command;
    this.#mask = mask;
  }

  /** Bytes of one CopyData message. Rejects when the record cannot be kept. */
  async add(data: Buffer, format: 'text' | 'binary' | undefined): Promise<void> {
    const total = this.#line.length + data.length;
    if (format !== 'text' || this.#kept + total > copyBytesKept) {
      await this.end();
      this.#kept = copyBytesKept;
      this.#command.summarise(StreamKind.INPUT, data);
      return;
    }
    const all = this.#line.length === 0 ? data : Buffer.concat([this.#line, data], total);
    const lines = all.lastIndexOf(0x0a) + 1;
    this.#line = Buffer.from(all.subarray(lines));
    await this.#record(all.subarray(0, lines));
  }

  /** The copy is over: records a last line that has no end. */
  async end(): Promise<void> {
    const rest = this.#line;
    this.#line = Buffer.alloc(0);
    await this.#record(rest);
  }

  async #record(data: Buffer): Promise<void> {
    if (data.length === 0) return;
    this.#kept += data.length;
    const { data: masked, masked: values } = this.#mask.mask(data);
    await this.#command.record(StreamKind.INPUT, masked, values);
  }
}
