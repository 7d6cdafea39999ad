import { StreamKind } from '@inland/events';
import type { CommandRecord } from '../../pipeline/gateway.ts';

/** One direction of an open file: its bytes as they passed, and whether they were the file from its start on. */
class Passage {
  readonly #command: CommandRecord;
  readonly #stream: StreamKind;
  #next: bigint | undefined;
  #from = 0n;
  #ordered = true;

  constructor(command: CommandRecord, stream: StreamKind) {
    this.#command = command;
    this.#stream = stream;
  }

  passed(offset: bigint, data: Buffer): void {
    if (data.length === 0) return;
    if (this.#next === undefined) this.#from = offset;
    else if (offset !== this.#next) this.#ordered = false;
    this.#next = offset + BigInt(data.length);
    this.#command.summarise(this.#stream, data);
  }

  /** The digest in the record is that of the bytes in the order in which they passed: this says what that means. */
  get status(): string {
    if (!this.#ordered) return 'out_of_order';
    return this.#from === 0n ? '' : `from_byte_${String(this.#from)}`;
  }

  async completed(failed: string | undefined): Promise<void> {
    await this.#command.completed({ status: failed ?? this.status });
  }
}

/** What was allowed of a file or a folder that is open at the target, by its handle. */
export class OpenFile {
  readonly #reads: Passage | undefined;
  readonly #writes: Passage | undefined;
  readonly #lists: CommandRecord | undefined;
  #failed: string | undefined;

  constructor(allowed: {
    readonly reads?: CommandRecord;
    readonly writes?: CommandRecord;
    readonly lists?: CommandRecord;
  }) {
    if (allowed.reads !== undefined) this.#reads = new Passage(allowed.reads, StreamKind.OUTPUT);
    if (allowed.writes !== undefined) this.#writes = new Passage(allowed.writes, StreamKind.INPUT);
    this.#lists = allowed.lists;
  }

  get isWritten(): boolean {
    return this.#writes !== undefined;
  }

  read(offset: bigint, data: Buffer): void {
    this.#reads?.passed(offset, data);
  }

  wrote(offset: bigint, data: Buffer): void {
    this.#writes?.passed(offset, data);
  }

  /** Something of it did not reach the file, or did so past us: the record says so. */
  failed(status: string): void {
    this.#failed ??= status;
  }

  async closed(): Promise<void> {
    await Promise.all([
      this.#reads?.completed(this.#failed),
      this.#writes?.completed(this.#failed),
      this.#lists?.completed({ status: this.#failed ?? '' }),
    ]);
  }
}
