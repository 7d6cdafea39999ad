import { Fault } from '@inland/kernel';
import { readCommandTag, readCopyFormat, readFields, type ColumnMask, type WireMessage } from '@inland/postgres-wire';
import type { CommandRecord, Denial } from '../pipeline/gateway.ts';
import { masksOf, type Portal, type Statement } from './statements.ts';

/** One thing that was sent to the target and is answered by it. */
export interface Step {
  readonly kind: 'query' | 'function' | 'parse' | 'bind' | 'describe' | 'close' | 'execute' | 'sync' | 'copy-end';
  /** The command that its answer is recorded with. */
  readonly command?: CommandRecord;
  /** The command goes on with what follows: it is over with this step only when this one failed. */
  readonly continues?: true;
  /** Why something that fails was sent instead: its error is answered by this. */
  readonly denial?: Denial;
  /** Takes back what was noted when it was sent, since it failed. */
  readonly undo?: () => void;
  /** Describe: what is described. Execute: the portal. */
  readonly subject?: Statement | Portal;
  /** How the columns of the rows that come now are masked. */
  masks?: readonly ColumnMask[];
  /** The format of a running COPY. */
  copyFormat?: 'text' | 'binary';
  /** It takes COPY data from the client. */
  copiesIn?: true;
  /** Bytes of COPY data that were recorded. */
  copiedBytes: number;
  /** Bytes of rows that were recorded. */
  rowBytes: number;
  /** Rows that came. */
  rowsSeen: number;
  status: string;
  rows: number;
  /** It was answered in full. */
  over?: true;
}

export function step(kind: Step['kind'], fields: Partial<Step> = {}): Step {
  return { kind, copiedBytes: 0, rowBytes: 0, rowsSeen: 0, status: '', rows: 0, ...fields };
}

export interface Received {
  /** What the message answers, or comes in the course of; undefined when the target was asked nothing. */
  readonly step: Step | undefined;
  /** Steps that are over with this message, in order. */
  readonly over: readonly Step[];
}

const stepsMax = 10_000;
const nothing: readonly Step[] = [];

/**
 * What was sent to the target and is not answered yet, in order; says of each of the target's messages what it
 * answers. It follows the chapter "Message Flow": after an error in the extended protocol the target skips to the next
 * Sync, and while it takes COPY data it ignores Sync. Anything else faults with `protocol_violation`.
 */
export class Exchange {
  #steps: Step[] = [];
  #skipping = false;
  #copyingIn: Step | undefined;
  #room: (() => void) | undefined;

  /** The target skips what it gets, up to a Sync that has not been sent yet. */
  get skipping(): boolean {
    return this.#skipping;
  }

  /** The step whose COPY data the target waits for. */
  get copyingIn(): Step | undefined {
    return this.#copyingIn;
  }

  get idle(): boolean {
    return this.#steps.length === 0;
  }

  /** Notes what is about to be sent. Not called while {@link skipping}, but for Sync. */
  sent(each: Step): void {
    if (each.kind === 'sync') {
      if (this.#copyingIn !== undefined) return; // ignored by the target
      this.#skipping = false;
    }
    if (each.kind === 'copy-end') this.#copyingIn = undefined;
    this.#steps.push(each);
  }

  /** Resolves when there is room for more steps. */
  async room(): Promise<void> {
    while (this.#steps.length >= stepsMax)
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
  }

  /** `count`: so many messages of one type, DataRow or CopyData, came together. */
  received(message: WireMessage, count = 1): Received {
    const answer = this.#answer(message, count);
    if (answer.over.length > 0 && this.#room !== undefined) {
      this.#room();
      this.#room = undefined;
    }
    return answer;
  }

  #answer(message: WireMessage, count: number): Received {
    while (this.#steps[0]?.kind === 'copy-end') this.#steps.shift();
    const head = this.#steps[0];
    if (message.type === 'N' || message.type === 'S' || message.type === 'A') return { step: head, over: nothing };
    if (message.type === 'E') return this.#failed(message, head);
    if (head === undefined) throw unexpected();
    switch (message.type) {
      case '1':
        return this.#over(head, 'parse', 'PARSE');
      case '2':
        return this.#over(head, 'bind');
      case '3':
        return this.#over(head, 'close');
      case 'V':
        return this.#within(head, 'function');
      case 'n':
        return this.#over(head, 'describe');
      case 't':
        return this.#within(head, 'describe');
      case 'T':
        return this.#described(message, head);
      case 'D':
        head.rowsSeen += count;
        return this.#within(head, 'query', 'execute');
      case 'C':
        return this.#completed(message, head);
      case 'I':
        return head.kind === 'query' ? this.#within(head, 'query') : this.#over(head, 'execute');
      case 's':
        head.rows = head.rowsSeen;
        return this.#over(head, 'execute', 'SUSPENDED');
      case 'G':
        this.#copyIn(head);
        head.copyFormat = readCopyFormat(message);
        return this.#within(head, 'query', 'execute');
      case 'H':
        head.copyFormat = readCopyFormat(message);
        head.copiedBytes = 0;
        return this.#within(head, 'query', 'execute');
      case 'd':
      case 'c':
        if (head.copyFormat === undefined) throw unexpected();
        return this.#within(head, 'query', 'execute');
      case 'Z':
        return this.#ready(head);
      default:
        throw unexpected();
    }
  }

  #within(head: Step, ...kinds: readonly Step['kind'][]): Received {
    if (!kinds.includes(head.kind)) throw unexpected();
    return { step: head, over: nothing };
  }

  #over(head: Step, kind: Step['kind'], status = ''): Received {
    if (head.kind !== kind) throw unexpected();
    head.status = status;
    this.#steps.shift();
    return { step: head, over: [head] };
  }

  #described(message: WireMessage, head: Step): Received {
    if (head.kind === 'query') {
      head.masks = masksOf(message);
      return { step: head, over: nothing };
    }
    if (head.subject !== undefined) head.subject.description = { type: 'T', raw: Buffer.from(message.raw) };
    return this.#over(head, 'describe');
  }

  #completed(message: WireMessage, head: Step): Received {
    const { tag, rows } = readCommandTag(message);
    head.rows += rows;
    this.#copyOver(head);
    if (head.kind === 'execute') return this.#over(head, 'execute', tag);
    head.status = tag;
    delete head.masks;
    return this.#within(head, 'query');
  }

  /** Syncs that were sent before the COPY data had ended are ignored by the target. */
  #copyIn(head: Step): void {
    const end = this.#steps.findIndex(({ kind }) => kind === 'copy-end');
    const before = end < 0 ? this.#steps : this.#steps.slice(0, end);
    const after = end < 0 ? [] : this.#steps.slice(end);
    this.#steps = [...before.filter(({ kind }) => kind !== 'sync'), ...after];
    head.copiedBytes = 0;
    head.copiesIn = true;
    if (end < 0) this.#copyingIn = head;
  }

  #copyOver(head: Step): void {
    delete head.copyFormat;
    if (head.copiesIn === undefined) return;
    delete head.copiesIn;
    const end = this.#steps.findIndex(({ kind }) => kind === 'copy-end');
    if (end >= 0) this.#steps.splice(end, 1);
  }

  #failed(message: WireMessage, head: Step | undefined): Received {
    if (head === undefined) return { step: undefined, over: nothing };
    this.#copyingIn = undefined;
    this.#copyOver(head);
    head.status = `ERROR ${readFields(message).get('C') ?? ''}`;
    if (endsWithReady(head)) return { step: head, over: nothing };
    const sync = this.#steps.findIndex(({ kind }) => kind === 'sync');
    const over = sync < 0 ? this.#steps : this.#steps.slice(0, sync);
    this.#steps = sync < 0 ? [] : this.#steps.slice(sync);
    this.#skipping = sync < 0;
    for (const each of over) {
      each.undo?.();
      if (each !== head) each.status = 'SKIPPED';
    }
    return { step: head, over };
  }

  #ready(head: Step): Received {
    if (!endsWithReady(head)) throw unexpected();
    this.#copyingIn = undefined;
    this.#steps.shift();
    return { step: head, over: [head] };
  }
}

const endsWithReady = ({ kind }: Step): boolean => kind === 'query' || kind === 'function' || kind === 'sync';

const unexpected = (): Fault => new Fault('protocol_violation', 'the target answers what it was not asked');
