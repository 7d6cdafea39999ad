import { StreamKind } from '@inland/events';
import { readScpCommand, type ScpCommand } from '@inland/scp-wire';
import type { Client, ClientChannel, ServerChannel, Session } from 'ssh2';
import {
  denialText,
  type CommandRecord,
  type CommandVerdict,
  type Denial,
  type GatewaySession,
} from '../pipeline/gateway.ts';
import { AskedPaths } from './files/asked-paths.ts';
import { relayFiles } from './files/relay-files.ts';
import { relayScp } from './files/relay-scp.ts';
import type { Notices } from './notices.ts';
import type { OpenedWay } from './opened-way.ts';
import { OutputRelay, type MasksStream } from './output-relay.ts';
import { PipedLines } from './piped-lines.ts';
import { endChannel, refuseChannel, refusedExitStatus, sayOn } from './refused-channel.ts';
import { readsScript } from './script-shell.ts';
import {
  environmentMax,
  mayBeSet,
  operationOf,
  type SessionRequest,
  type Terminal,
  type X11Display,
} from './session-request.ts';
import { lostExitStatus, openAtTarget, sayExit, type TargetChannel } from './target-channel.ts';
import { TypedLines } from './typed-lines.ts';
import { wireValues } from './wire-values.ts';
import { flushed, isOver, watchEnd, writeTo } from './write-to.ts';

export interface SessionChannelOptions {
  /** Counts from 1 within a connection. */
  readonly number: number;
  readonly way: Promise<OpenedWay>;
  /** Words of the gateway's own for the person. */
  readonly notices: Notices;
  /** Whether the client's agent or display may be forwarded. */
  readonly ask: (kind: 'ssh.forward-agent' | 'ssh.forward-x11', channel: number) => Promise<boolean>;
  readonly createMasker: (detectors: readonly string[]) => MasksStream;
  readonly recordedBytesMax: number;
}

/** After so long without output what the masker holds is let go: on a terminal a person waits, else perhaps a program. */
const silenceMillis = { terminal: 15, stream: 50 };

/** A line of a script that is longer cannot be judged. */
const scriptLineBytesMax = 64 * 1024;

/** Files that are copied, rather than a command as any other. */
interface Copy {
  /** Undefined: SFTP. */
  readonly scp?: { readonly command: ScpCommand; readonly paths: AskedPaths };
}

const unknownExit = { status: null, signal: undefined, dumped: false, description: undefined };

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
  /** Forwardings that this session asked for, as they are decided. */
  #agent: Promise<boolean> = Promise.resolve(false);
  #x11: Promise<X11Display | undefined> = Promise.resolve(undefined);
  #say: ((text: string) => void) | undefined;
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
      this.#terminal = info as unknown as Terminal;
      accept?.();
    });
    session.on('auth-agent', (accept, reject) => {
      this.#agent = options.ask('ssh.forward-agent', options.number);
      void this.#agent.then((allowed) => (allowed ? accept : reject)?.());
    });
    session.on('x11', (accept, reject, info) => {
      this.#x11 = options.ask('ssh.forward-x11', options.number).then((allowed) => {
        (allowed ? accept : reject)?.();
        return allowed ? (info as unknown as X11Display) : undefined;
      });
    });
    session.on('window-change', (accept, _reject, { rows, cols, height, width }) => {
      accept?.();
      this.#whenOpen((target) => {
        target.request('window-change', wireValues(cols, rows, width, height));
        this.#lines?.resize(cols);
        this.#session?.resized({ columns: cols, rows, channel: options.number });
      });
    });
    session.on('signal', (accept, _reject, { name }) => {
      accept?.();
      this.#whenOpen((target) => target.request('signal', wireValues(name)));
    });
    session.on('request', (accept?: () => void, reject?: () => void, type?: string, data?: Buffer | null) => {
      // The client reads no more: what runs learns of it, as `yes | head` does.
      if (type === 'eow@openssh.com') return this.#whenOpen((target) => target.request(type));
      // A break (RFC 4335) is the target's to answer; of what else there may be nothing is known.
      if (type !== 'break') return reject?.();
      this.#whenOpen((target) => {
        target.request('break', data ?? undefined, (failed) => (failed ? reject : accept)?.());
      });
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
    // Until something runs, what the gateway has to say is said here: that an approval is awaited.
    const heard = this.#options.notices.listen((text) => sayOn(client, text, request.terminal !== undefined));
    const decided = await this.#decided(request).finally(heard);
    if (decided === undefined) return;
    const { way, verdict } = decided;
    const forwards = { agent: await this.#agent, x11: await this.#x11 };
    if (verdict.kind === 'refused') return this.refuse(verdict.denial);
    const { command } = verdict;
    let target: TargetChannel;
    let copy: Copy | undefined;
    try {
      copy = await copyOf(request, way.target);
      target = await openAtTarget(way.target, request, forwards);
    } catch {
      copy?.scp?.paths.close();
      endChannel(client, {
        text: 'Inland: the target did not open a channel for this.',
        exitStatus: lostExitStatus,
        terminal: request.terminal !== undefined,
      });
      await command.completed({ status: 'target_channel_refused' });
      return;
    }
    this.#target = target.channel;
    if (isOver(client)) target.channel.destroy(); // left while the target opened
    await this.#relay(client, target, command, request, copy);
  }

  /** The way and the verdict on what is to run there; undefined when there is no way, which the person was told. */
  async #decided(
    request: SessionRequest,
  ): Promise<{ readonly way: Extract<OpenedWay, { kind: 'open' }>; readonly verdict: CommandVerdict } | undefined> {
    const way = await this.#options.way;
    if (way.kind === 'refused') return void this.refuse(way.denial);
    this.#session = way.session;
    const verdict = await way.session.submit({
      operation: operationOf(request.kind),
      text: request.text,
      channel: this.#options.number,
      ...(request.terminal === undefined ? {} : { columns: request.terminal.cols, rows: request.terminal.rows }),
    });
    return { way, verdict };
  }

  async #relay(
    client: ServerChannel,
    target: TargetChannel,
    command: CommandRecord,
    request: SessionRequest,
    copy: Copy | undefined,
  ): Promise<void> {
    const { channel } = target;
    client.once('close', () => channel.destroy());
    channel.on('request', (type: string, data: unknown) => {
      if (type === 'xon-xoff') client.request(type, wireValues(data === true));
    });
    const output =
      copy === undefined
        ? this.#output(client, channel, command, request)
        : this.#files(client, channel, command, copy);
    const input =
      copy === undefined ? this.#input(client, channel, command, request).catch(() => channel.destroy()) : undefined;
    this.#open(channel);
    await output;
    await Promise.all([flushed(client), flushed(client.stderr)]);
    client.eof(); // it may run on without output
    await target.closed;
    const clientLeft = isOver(client);
    const { exit } = target;
    await command.completed({
      ...(exit?.status === null || exit?.status === undefined ? {} : { exitStatus: exit.status }),
      status: exit?.signal ?? (exit === undefined ? (clientLeft ? 'client_closed' : 'target_closed') : ''),
    });
    if (this.#refused) sayExit(client, { ...unknownExit, status: refusedExitStatus });
    else sayExit(client, exit);
    client.end();
    await input;
  }

  /** A file transfer: each operation is a command of its own. */
  async #files(client: ServerChannel, target: ClientChannel, command: CommandRecord, { scp }: Copy): Promise<void> {
    const { number, createMasker, recordedBytesMax } = this.#options;
    const session = this.#session as GatewaySession;
    const errors = new OutputRelay({
      command,
      stream: StreamKind.ERROR,
      masker: createMasker(session.mask),
      client: client.stderr,
      recordedBytesMax,
      silenceMillis: () => silenceMillis.stream,
      isEcho: () => false,
    });
    this.#listen((text) => errors.say(`${text}\n`));
    const ends = { client, target, session, channel: number };
    await Promise.all([
      scp === undefined ? relayFiles(ends) : relayScp({ ...ends, ...scp }),
      errors.run(target.stderr as AsyncIterable<Buffer>),
    ]);
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
    // The end of its output is not the end of what runs.
    const chunks = target.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const shown = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        lines?.shown(chunk);
        yield chunk;
      }
    };
    const errors = relay(StreamKind.ERROR, client.stderr);
    // With a terminal there is one stream, and a line ends with both characters.
    if (terminal === undefined) this.#listen((text) => errors.say(`${text}\n`));
    else this.#listen((text) => out.say(`\r\n${text.replaceAll('\n', '\r\n')}\r\n`));
    await Promise.all([out.run(shown()), errors.run(target.stderr as AsyncIterable<Buffer>)]);
  }

  #listen(hear: (text: string) => unknown): void {
    this.#say = (text) => void Promise.resolve(hear(text)).catch(() => undefined);
    const leave = this.#options.notices.listen(this.#say);
    this.#client?.once('close', leave);
  }

  async #input(
    client: ServerChannel,
    target: ClientChannel,
    command: CommandRecord,
    { kind, text, terminal }: SessionRequest,
  ): Promise<void> {
    const isScript = terminal === undefined && (kind === 'shell' || (kind === 'exec' && readsScript(text)));
    const script = isScript ? this.#scriptFor(target) : undefined;
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

/** Rejects when the target gives no channel to ask about paths. */
async function copyOf({ kind, text, terminal }: SessionRequest, target: Client): Promise<Copy | undefined> {
  if (kind === 'subsystem') return {};
  const command = kind === 'exec' && terminal === undefined ? readScpCommand(text) : undefined;
  if (command === undefined) return undefined;
  const paths = await AskedPaths.open(target);
  return paths === undefined ? undefined : { scp: { command, paths } };
}
