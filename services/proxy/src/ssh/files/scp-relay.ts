import { posix } from 'node:path';
import { StreamKind } from '@inland/events';
import { Fault } from '@inland/kernel';
import { readScpMessage, scpError, scpLineBytesMax, type ScpCommand, type ScpMessage } from '@inland/scp-wire';
import { denialText, type CommandRecord, type GatewaySession } from '../../pipeline/gateway.ts';
import type { ByteSource } from './byte-source.ts';
import { RemotePaths, type AsksTarget, type RealPath } from './remote-paths.ts';

/** One end of a copy. */
export interface ScpEnd {
  readonly from: ByteSource;
  /** Resolves when there is room again. */
  readonly write: (bytes: Buffer) => Promise<void>;
}

export interface ScpRelayOptions {
  readonly session: GatewaySession;
  /** Counts from 1 within a connection. */
  readonly channel: number;
  readonly command: ScpCommand;
  readonly client: ScpEnd;
  readonly target: ScpEnd;
  readonly paths: AsksTarget;
}

const chunkBytesMax = 256 * 1024;

/**
 * A copy between `scp -O` and `scp -t` or `-f` at the target. The side that has the files waits for an answer to each
 * of its messages, and so does this: nothing is read ahead that might be a message or might be a file's bytes.
 */
export class ScpRelay {
  readonly #options: ScpRelayOptions;
  readonly #source: ScpEnd;
  readonly #sink: ScpEnd;
  readonly #isUp: boolean;
  readonly #paths: RemotePaths;
  /** Folders that the copy is in, as written. */
  readonly #folders: string[] = [];

  constructor(options: ScpRelayOptions) {
    this.#options = options;
    this.#isUp = options.command.direction === 'to-target';
    this.#source = this.#isUp ? options.client : options.target;
    this.#sink = this.#isUp ? options.target : options.client;
    this.#paths = new RemotePaths(options.paths);
  }

  /** Resolves when the side that has the files, or the other, has ended. Rejects with a Fault as the record or the protocol has it. */
  async run(): Promise<void> {
    if ((await this.#answered()) === undefined) return;
    for (;;) {
      const line = await this.#source.from.line(scpLineBytesMax);
      if (line === undefined) return;
      if (this.#sink.from.isAhead) throw new Fault('protocol_violation', 'an scp answer to nothing');
      const message = readScpMessage(line);
      if (!(await this.#take(message, Buffer.concat([line, lineFeed])))) return;
    }
  }

  /** False when the other side has ended. */
  async #take(message: ScpMessage, line: Buffer): Promise<boolean> {
    if (message.kind === 'file') return this.#file(message.name, message.size, line);
    if (message.kind === 'folder') return this.#folder(message.name, line);
    await this.#sink.write(line);
    if (message.kind === 'error') return !message.fatal;
    if (message.kind === 'end-of-folder') this.#folders.pop();
    return (await this.#answered()) !== undefined;
  }

  async #folder(name: string, line: Buffer): Promise<boolean> {
    const written = await this.#written(name);
    const operation = this.#isUp ? 'ssh.file-change' : 'ssh.file-list';
    const command = await this.#judged(operation, await this.#paths.resolved(Buffer.from(written)));
    if (command === undefined) return true;
    await this.#sink.write(line);
    const answer = await this.#answered();
    await command.completed({ status: answer === 'well' ? '' : 'not_done' });
    if (answer === 'well') this.#folders.push(written);
    return answer !== undefined;
  }

  async #file(name: string, size: bigint, line: Buffer): Promise<boolean> {
    const operation = this.#isUp ? 'ssh.file-write' : 'ssh.file-read';
    const command = await this.#judged(operation, await this.#paths.resolved(Buffer.from(await this.#written(name))));
    if (command === undefined) return true;
    let status = 'not_whole';
    try {
      await this.#sink.write(line);
      const answer = await this.#answered();
      if (answer !== 'well') {
        status = 'not_opened';
        return answer !== undefined;
      }
      if (!(await this.#bytes(command, size))) return false;
      const sent = await this.#answer(this.#source, this.#sink);
      const taken = sent === undefined ? undefined : await this.#answered();
      if (sent === 'well' && taken === 'well') status = '';
      else if (taken !== undefined) status = 'failed';
      return taken !== undefined;
    } finally {
      await command.completed({ status });
    }
  }

  async #bytes(command: CommandRecord, size: bigint): Promise<boolean> {
    const stream = this.#isUp ? StreamKind.INPUT : StreamKind.OUTPUT;
    for (let left = size; left > 0n;) {
      const bytes = await this.#source.from.some(left > chunkBytesMax ? chunkBytesMax : Number(left));
      if (bytes === undefined) return false;
      command.summarise(stream, bytes);
      await this.#sink.write(bytes);
      left -= BigInt(bytes.length);
    }
    return true;
  }

  /** Where an entry is that the protocol names. */
  async #written(name: string): Promise<string> {
    const { path, globbed } = this.#options.command;
    const folder = this.#folders.at(-1);
    if (folder !== undefined) return `${folder}/${name}`;
    if (globbed) return posix.join(posix.dirname(path), name);
    if (!this.#isUp) return path;
    return (await this.#options.paths.exists(Buffer.from(`${path}/.`))) ? `${path}/${name}` : path;
  }

  /** Undefined when it is refused or cannot be: both sides are told, and the copy goes on with what follows. */
  async #judged(operation: string, { text, unresolved }: RealPath): Promise<CommandRecord | undefined> {
    const { session, channel } = this.#options;
    const verdict = await session.submit({ operation, text, channel });
    if (verdict.kind === 'allowed' && !unresolved) return verdict.command;
    if (session.ended.aborted) throw new Fault('unavailable', 'the session has ended');
    if (verdict.kind === 'allowed') await verdict.command.completed({ status: 'no_such_file' });
    const said = verdict.kind === 'refused' ? denialText(verdict.denial) : 'No such file or directory';
    const told = scpError(`scp: ${text}: ${said}`);
    // The side that has the files leaves this one out; the other, where it is the person's, says why.
    await this.#source.write(told);
    if (!this.#isUp) await this.#sink.write(told);
    return undefined;
  }

  #answered(): Promise<'well' | 'badly' | undefined> {
    return this.#answer(this.#sink, this.#source);
  }

  /** Relays an answer: a zero byte, or 1 or 2 and a line. Undefined when there is none, or it ends the copy. */
  async #answer(of: ScpEnd, to: ScpEnd): Promise<'well' | 'badly' | undefined> {
    const first = await of.from.peek();
    if (first === undefined) return undefined;
    if (first === 0) {
      await to.write((await of.from.some(1)) as Buffer);
      return 'well';
    }
    if (first !== 1 && first !== 2) throw new Fault('protocol_violation', 'an scp answer that is none');
    const line = await of.from.line(scpLineBytesMax);
    if (line === undefined) return undefined;
    await to.write(Buffer.concat([line, lineFeed]));
    return first === 1 ? 'badly' : undefined;
  }
}

const lineFeed = Buffer.from('\n');
