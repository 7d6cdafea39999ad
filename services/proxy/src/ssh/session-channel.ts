import { once } from 'node:events';
import { StreamKind } from '@inland/events';
import type { Client, ClientChannel, ServerChannel, Session } from 'ssh2';
import { denialText, type CommandRecord, type Denial, type GatewaySession } from '../pipeline/gateway.ts';
import { OutputRelay, type MasksStream } from './output-relay.ts';
import { PipedLines } from './piped-lines.ts';
import { endChannel, refuseChannel, refusedExitStatus } from './refused-channel.ts';
import { environmentMax, mayBeSet, operationOf, type SessionRequest } from './session-request.ts';
import { lostExitStatus, openAtTarget, sayExit, type Exit } from './target-channel.ts';
import { TypedLines } from './typed-lines.ts';
import { isOver, watchEnd, writeTo } from './write-to.ts';

/** The way to the target, once it is decided; or why there is none. */
export type OpenedWay =
  | { readonly kind: 'open'; readonly session: GatewaySession; readonly target: Client }
  | { readonly kind: 'refused'; readonly denial: Denial };

export interface SessionChannelOptions {
  /** Counts from 1 within a connection. */
  readonly number: number;
  readonly way: Promise<OpenedWay>;
  readonly createMasker: (detectors: readonly string[]) => MasksStream;
  readonly recordedBytesMax: number;
}

/** After so long without output what the masker holds is let go: on a terminal a person waits, else perhaps a program. */
const silenceMillis = { terminal: 15, stream: 50 };

/** A line of a script that is longer cannot be judged. */
const scriptLineBytesMax = 64 * 1024;

const targetEnded = { text: 'Inland: the target ended the connection.', exitStatus: lostExitStatus };

/** One session channel of a client (RFC 4254 §6): asks, is decided, and is relayed to a channel of the target. */
export class SessionChannel {
  readonly #options: SessionChannelOptions;
  readonly #environment: Record<string, string> = {};
  #terminal: SessionRequest['terminal'];
  #client: ServerChannel | undefined;
  #target: ClientChannel | undefined;
  #lines: TypedLines | undefined;
  #session: GatewaySession | undefined;
  /** A signal or a size may come before the target's channel is there: they wait. */
  readonly #waiting: (() => void)[] = [];
  #inputEnded = false;
  /** A line of the script was refused: what ran before it ends by itself. */
  #refused = false;
  #done: Promise<void> = Promise.resolve();
  /** Resolves when the client has closed the channel, and everything of it is in the record. */
  readonly over: Promise<void>;

  constructor(session: Session, options: SessionChannelOptions) {
    this.#options = options;
    this.over = new Promise<void>((resolve) => session.once('close', resolve)).then(() => this.#done);
    session.on('env', (accept, reject, { key, val }) => {
      const taken = mayBeSet(key) && Object.keys(this.#environment).length < environmentMax;
      if (taken) this.#environment[key] = val;
      (taken ? accept : reject)?.();
    });
    session.on('pty', (accept, _reject, info) => {
      this.#terminal = info;
      accept?.();
    });
    session.on('window-change', (accept, _reject, { rows, cols, height, width }) => {
      accept?.();
      this.#whenOpen((target) => {
        target.setWindow(rows, cols, height, width);
        this.#lines?.resize(cols);
        this.#session?.resized({ columns: cols, rows, channel: options.number });
      });
    });
    session.on('signal', (accept, _reject, { name }) => {
      accept?.();
      this.#whenOpen((target) => target.signal(name));
    });
    // Accepted at once, and the data held: what comes before that would be lost.
    session.on('exec', (accept, _reject, { command }) => this.#begin(accept(), 'exec', command));
    session.on('shell', (accept) => this.#begin(accept(), 'shell', ''));
    session.on('subsystem', (accept, reject, { name }) => {
      if (name === 'sftp') this.#begin(accept(), 'subsystem', name);
      else reject();
    });
  }

  /** Resolves when everything of it is in the record, or given to it. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** Ends the channel, saying why. */
  refuse(denial: Denial): void {
    if (this.#client !== undefined) refuseChannel(this.#client, denial, this.#terminal !== undefined);
    this.#target?.destroy();
  }

  #begin(client: ServerChannel | undefined, kind: SessionRequest['kind'], text: string): void {
    if (client === undefined) return; // the client has given up already
    this.#client = client;
    watchEnd(client, client.stderr);
    client.on('error', () => undefined);
    client.stderr.on('error', () => undefined);
    const request = { kind, text, terminal: this.#terminal, environment: this.#environment };
    this.#done = this.#serve(client, request).catch(() => {
      // The record cannot be kept, or the target is gone: whoever knows the reason has said it.
      endChannel(client, { ...targetEnded, terminal: request.terminal !== undefined });
      this.#target?.destroy();
    });
  }

  async #serve(client: ServerChannel, request: SessionRequest): Promise<void> {
    const way = await this.#options.way;
    if (way.kind === 'refused') return this.refuse(way.denial);
    const { session } = way;
    this.#session = session;
    const verdict = await session.submit({
      operation: operationOf(request.kind),
      text: request.text,
      channel: this.#options.number,
      ...(request.terminal === undefined ? {} : { columns: request.terminal.cols, rows: request.terminal.rows }),
    });
    if (verdict.kind === 'refused') return this.refuse(verdict.denial);
    const { command } = verdict;
    let target: ClientChannel;
    try {
      target = await openAtTarget(way.target, request);
    } catch {
      endChannel(client, {
        text: 'Inland: the target did not open a channel for this.',
        exitStatus: lostExitStatus,
        terminal: request.terminal !== undefined,
      });
      await command.completed({ status: 'target_channel_refused' });
      return;
    }
    this.#target = target;
    if (isOver(client)) target.destroy(); // left while the target opened
    await this.#relay(client, target, command, request);
  }

  async #relay(
    client: ServerChannel,
    target: ClientChannel,
    command: CommandRecord,
    request: SessionRequest,
  ): Promise<void> {
    let exit: Exit | undefined;
    target.on('error', () => undefined);
    watchEnd(target);
    target.on('exit', (status: number | null, signal?: string, core?: string, description?: string) => {
      exit = { status, signal: signal?.replace(/^SIG/, ''), dumped: core !== undefined && core !== '', description };
    });
    const closed = once(target, 'close');
    client.once('close', () => target.destroy());
    const output =
      request.kind === 'subsystem'
        ? this.#passOutput(client, target, command)
        : this.#output(client, target, command, request);
    const input = this.#input(client, target, command, request).catch(() => target.destroy());
    this.#open(target);
    await output;
    await closed;
    const clientLeft = isOver(client);
    await command.completed({
      ...(exit?.status === null || exit?.status === undefined ? {} : { exitStatus: exit.status }),
      status: exit?.signal ?? (exit === undefined ? (clientLeft ? 'client_closed' : 'target_closed') : ''),
    });
    if (this.#refused && !isOver(client)) client.exit(refusedExitStatus);
    else sayExit(client, exit);
    client.end();
    await input;
  }

  /** A file transfer: bytes pass as they are, and the record says how many they were and their SHA-256. */
  async #passOutput(client: ServerChannel, target: ClientChannel, command: CommandRecord): Promise<void> {
    for await (const chunk of target as AsyncIterable<Buffer>) {
      command.summarise(StreamKind.OUTPUT, chunk);
      await writeTo(client, chunk);
    }
  }

  async #output(
    client: ServerChannel,
    target: ClientChannel,
    command: CommandRecord,
    { terminal }: SessionRequest,
  ): Promise<void> {
    const { createMasker, recordedBytesMax, number } = this.#options;
    const session = this.#session as GatewaySession;
    const relay = (stream: StreamKind, to: ServerChannel | ServerChannel['stderr']): OutputRelay =>
      new OutputRelay({
        command,
        stream,
        masker: createMasker(session.mask),
        client: to,
        recordedBytesMax,
        silenceMillis: () =>
          terminal !== undefined ? silenceMillis.terminal : this.#inputEnded ? undefined : silenceMillis.stream,
        isEcho: () => this.#lines?.echoes === true,
      });
    const out = relay(StreamKind.OUTPUT, client);
    if (terminal !== undefined)
      this.#lines = new TypedLines({
        session,
        channel: number,
        columns: terminal.cols,
        target,
        say: (text) => out.say(text),
      });
    const lines = this.#lines;
    const shown = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of target as AsyncIterable<Buffer>) {
        lines?.shown(chunk);
        yield chunk;
      }
    };
    await Promise.all([
      out.run(shown()),
      relay(StreamKind.ERROR, client.stderr).run(target.stderr as AsyncIterable<Buffer>),
    ]);
  }

  async #input(
    client: ServerChannel,
    target: ClientChannel,
    command: CommandRecord,
    { kind, terminal }: SessionRequest,
  ): Promise<void> {
    const script = kind === 'shell' && terminal === undefined ? this.#scriptFor(target) : undefined;
    let denial: Denial | undefined;
    try {
      // The channel stays when this stops reading: there is still something to say.
      for await (const chunk of client.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (this.#lines !== undefined) await this.#lines.typed(chunk);
        else {
          // Keys of a terminal may be a password: not even their hash is kept.
          if (terminal === undefined) command.summarise(StreamKind.INPUT, chunk);
          if (script === undefined) await writeTo(target, chunk);
          else if ((denial = await script.given(chunk)) !== undefined) break;
        }
      }
    } finally {
      this.#inputEnded = true;
    }
    denial ??= await script?.ended();
    if (denial !== undefined) {
      this.#refused = true;
      client.stderr.write(`${denialText(denial)}\n`);
    }
    target.end(); // half-close: its output may still come
  }

  #scriptFor(target: ClientChannel): PipedLines {
    const session = this.#session as GatewaySession;
    return new PipedLines({ session, channel: this.#options.number, target, lineBytesMax: scriptLineBytesMax });
  }

  #whenOpen(work: (target: ClientChannel) => void): void {
    const target = this.#target;
    if (target !== undefined && this.#waiting.length === 0) work(target);
    else if (this.#waiting.length < 100) this.#waiting.push(() => this.#target !== undefined && work(this.#target));
  }

  #open(target: ClientChannel): void {
    if (isOver(target)) return;
    for (const work of this.#waiting.splice(0)) work();
  }
}
