import type { Writable } from 'node:stream';
import { StreamKind } from '@inland/events';
import {
  bodyOffset,
  maskCopyData,
  maskDataRow,
  maskFields,
  maskFunctionResult,
  maskNotification,
  maskRun,
  readFields,
  type MaskedMessage,
  type ValueMask,
  type WireMessage,
  type WireRun,
} from '@inland/postgres-wire';
import type { CommandRecord } from '../pipeline/gateway.ts';
import { copyBytesKept } from './copy-input-record.ts';
import { denialResponse } from './denial-response.ts';
import type { Exchange, Step } from './exchange.ts';
import { OutputBatch } from './output-batch.ts';
import { descriptionOf, masksOfPortal, type Portal } from './statements.ts';
import { writeAll } from './write-all.ts';

export interface TargetSideOptions {
  readonly exchange: Exchange;
  readonly client: Writable;
  readonly mask: ValueMask;
  /** Nothing is masked: rows pass as they are. */
  readonly plain: boolean;
  /** Takes what the target says of its settings (ParameterStatus). */
  readonly told: (message: WireMessage) => void;
}

const goesOn = ({ continues, status }: Step): boolean => continues === true && (status === '' || status === 'PARSE');

/** How much of what a command gives is recorded in full, in bytes; the rest is counted and hashed, message by message. */
const rowBytesKept = 16 * 1024 * 1024;

/** Answers that say how the protocol goes, and nothing of what is in the target. */
const unrecorded = new Set('123ntsSZ');

/** From the target to the client: masked, recorded with the command that it answers, then passed on, in order. */
export class TargetSide {
  readonly #options: TargetSideOptions;
  readonly #batch = new OutputBatch();
  /** The command that was answered last: what comes by itself is recorded with it. */
  #command: CommandRecord | undefined;

  constructor(options: TargetSideOptions) {
    this.#options = options;
  }

  /** Rejects with a Fault when the target does not keep to the protocol, or the record cannot be kept. */
  async handle(runs: readonly WireRun[]): Promise<void> {
    for (const run of runs) this.#take(run);
    await writeAll(this.#options.client, await this.#batch.take());
  }

  #take(message: WireRun): void {
    const { step, over } = this.#options.exchange.received(message, message.count);
    if (message.type === 'S') this.#options.told(message);
    this.#command = step?.command ?? this.#command;
    if (message.type === 'E') this.#error(message, step);
    else if (message.type === 'd' && step !== undefined) this.#copied(message, step);
    else if (message.type === 'D' && step !== undefined) this.#rows(message, step);
    else {
      const { raw, masked } = this.#masked(message);
      const recorded = !unrecorded.has(message.type) && !(message.type === 'T' && step?.kind === 'describe');
      this.#batch.add(raw, recorded ? this.#command : undefined, masked);
    }
    for (const each of over) {
      each.over = true;
      if (each.command !== undefined && !goesOn(each))
        this.#batch.complete(each.command, { status: each.status, rows: each.rows });
    }
  }

  #masked(message: WireMessage): MaskedMessage {
    if (message.type === 'N') return maskFields(message.raw, this.#options.mask);
    if (message.type === 'V') return maskFunctionResult(message.raw, this.#options.mask);
    if (message.type === 'A') return maskNotification(message.raw, this.#options.mask);
    return { raw: message.raw, masked: 0 };
  }

  /** The error of what was sent in place of a refused statement is told as the refusal. */
  #error(message: WireMessage, step: Step | undefined): void {
    if (step?.denial !== undefined && readFields(message).get('V') === 'ERROR') {
      this.#batch.add(denialResponse(step.denial, { severity: 'ERROR' }), undefined);
      return;
    }
    const { raw, masked } = maskFields(message.raw, this.#options.mask);
    this.#batch.add(raw, this.#command, masked);
  }

  #rows(run: WireRun, step: Step): void {
    if (step.masks === undefined) this.#firstRow(step);
    const { mask } = this.#options;
    const { raw, masked } = this.#maskedRun(run, (row) => maskDataRow(row, step.masks ?? [], mask));
    const kept = bytesThatFit(raw, rowBytesKept - step.rowBytes);
    if (kept > 0) this.#batch.add(raw.subarray(0, kept), step.command, masked);
    step.rowBytes += kept;
    if (kept === raw.length) return;
    step.rowBytes = rowBytesKept; // as with COPY
    step.command?.summarise(StreamKind.POSTGRES, raw.subarray(kept));
    this.#batch.add(raw.subarray(kept), undefined);
  }

  #maskedRun({ raw }: WireRun, maskMessage: (message: Buffer) => MaskedMessage): MaskedMessage {
    return this.#options.plain ? { raw, masked: 0 } : maskRun(raw, this.#options.mask, maskMessage);
  }

  /** The rows of an Execute are described elsewhere, if at all: the record is to have it with the rows. */
  #firstRow(step: Step): void {
    const portal = step.kind === 'execute' ? (step.subject as Portal | undefined) : undefined;
    step.masks = portal === undefined ? [] : masksOfPortal(portal);
    const description = portal === undefined ? undefined : descriptionOf(portal);
    if (description !== undefined && step.command !== undefined) this.#batch.record(description.raw, step.command);
  }

  #copied(run: WireRun, step: Step): void {
    const { mask } = this.#options;
    const { command, copyFormat = 'text' } = step;
    const { raw, masked } = this.#maskedRun(run, (message) => maskCopyData(message, copyFormat, mask));
    const kept = command === undefined ? 0 : bytesThatFit(raw, copyBytesKept - step.copiedBytes);
    if (kept > 0) this.#batch.add(raw.subarray(0, kept), command, masked);
    step.copiedBytes += kept;
    if (kept === raw.length) return;
    step.copiedBytes = copyBytesKept; // what comes later does not fit either: the record has a beginning, and no gaps
    const rest = raw.subarray(kept);
    command?.summarise(StreamKind.POSTGRES, bodiesOf(rest));
    this.#batch.add(rest, undefined);
  }
}

/** How many bytes the messages have that are within the limit, from the first on. */
function bytesThatFit(run: Buffer, bytesMax: number): number {
  if (run.length <= bytesMax) return run.length;
  let at = 0;
  for (;;) {
    const end = at + 1 + run.readUInt32BE(at + 1);
    if (end > bytesMax) return at;
    at = end;
  }
}

/** What is in messages that lie one behind the other, without their heads. */
function bodiesOf(run: Buffer): Buffer {
  const bodies = Buffer.allocUnsafe(run.length);
  let length = 0;
  for (let at = 0; at < run.length;) {
    const end = at + 1 + run.readUInt32BE(at + 1);
    length += run.copy(bodies, length, at + bodyOffset, end);
    at = end;
  }
  return bodies.subarray(0, length);
}
