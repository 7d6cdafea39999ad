import { StreamKind } from '@inland/events';
import type { CommandRecord } from '../pipeline/gateway.ts';

/** The most that goes into one piece of the record. */
const pieceBytesMax = 64 * 1024;

/** Messages that lie one behind the other in one buffer, as one piece. */
class Run {
  #parts: Buffer[] = [];
  #last: Buffer | undefined;
  bytes = 0;

  add(raw: Buffer): void {
    const last = this.#last;
    this.bytes += raw.length;
    if (last !== undefined && last.buffer === raw.buffer && last.byteOffset + last.length === raw.byteOffset) {
      this.#last = Buffer.from(raw.buffer, last.byteOffset, last.length + raw.length);
      return;
    }
    if (last !== undefined) this.#parts.push(last);
    this.#last = raw;
  }

  take(): Buffer[] {
    const parts = this.#last === undefined ? this.#parts : [...this.#parts, this.#last];
    this.#parts = [];
    this.#last = undefined;
    this.bytes = 0;
    return parts;
  }
}

/** What came from the target at once: told to the record first, command by command, then given to the client. */
export class OutputBatch {
  readonly #forward = new Run();
  readonly #record = new Run();
  #command: CommandRecord | undefined;
  #masked = 0;
  #recorded: Promise<void>[] = [];

  /** Passes a message on, and records it with its command when there is one. */
  add(raw: Buffer, command: CommandRecord | undefined, masked = 0): void {
    this.#forward.add(raw);
    if (command !== undefined) this.record(raw, command, masked);
  }

  /** Records a message without passing it on. */
  record(raw: Buffer, command: CommandRecord, masked = 0): void {
    if (command !== this.#command || this.#record.bytes >= pieceBytesMax) this.#seal();
    this.#command = command;
    this.#masked += masked;
    this.#record.add(raw);
  }

  /** The command is over: its record is told, after what belongs to it. */
  complete(command: CommandRecord, result: { readonly status: string; readonly rows: number }): void {
    if (command === this.#command) this.#seal();
    command.completed(result, { soon: true }).catch(() => undefined); // the session ends by the failure itself
  }

  /** Resolves with what may go to the client. Rejects when the record cannot be kept: then nothing may. */
  async take(): Promise<Buffer[]> {
    this.#seal();
    const recorded = this.#recorded;
    this.#recorded = [];
    const forward = this.#forward.take();
    await Promise.all(recorded);
    return forward;
  }

  #seal(): void {
    const parts = this.#record.take();
    const command = this.#command;
    this.#command = undefined;
    if (command === undefined || parts.length === 0) return;
    const data = parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
    const recorded = command.record(StreamKind.POSTGRES, data, this.#masked);
    recorded.catch(() => undefined); // looked at in take()
    this.#recorded.push(recorded);
    this.#masked = 0;
  }
}
