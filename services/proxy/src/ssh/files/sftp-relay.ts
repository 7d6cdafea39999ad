import { Fault } from '@inland/kernel';
import {
  initRequest,
  lstatRequest,
  openFlag,
  readReply,
  readRequest,
  realpathRequest,
  SftpDecoder,
  statusCode,
  statusReply,
  withKnownExtensions,
  type SftpPacket,
  type SftpReply,
  type SftpRequest,
} from '@inland/sftp-wire';
import { denialText, type CommandRecord, type Denial, type GatewaySession } from '../../pipeline/gateway.ts';
import { OpenFile } from './open-file.ts';
import { pathIn, RemotePaths, type RealPath } from './remote-paths.ts';

export interface SftpRelayOptions {
  readonly session: GatewaySession;
  /** Counts from 1 within a connection. */
  readonly channel: number;
  /** Resolve when there is room again. */
  readonly toTarget: (bytes: Buffer) => Promise<void>;
  readonly toClient: (bytes: Buffer) => Promise<void>;
  /** Words for the person, who may see no message that is in the protocol. */
  readonly say: (text: string) => void;
}

/** What is waited for from the target, by the request's number. */
type Awaited =
  | { readonly kind: 'open'; readonly file: OpenFile }
  | { readonly kind: 'read'; readonly file: OpenFile; readonly offset: bigint }
  | { readonly kind: 'write'; readonly file: OpenFile }
  | { readonly kind: 'close'; readonly file: OpenFile; readonly handle: string }
  | { readonly kind: 'command'; readonly commands: readonly CommandRecord[] }
  | { readonly kind: 'other' };

/** Numbers of our own requests; clients count from 0. */
const ownIdsFrom = 0xffff_0000;
/** A look at an entry that was allowed is not asked for again so long. Milliseconds. */
const looksMillis = 30_000;
const looksMax = 1_000;
/** Files and requests that are open together. */
const openMax = 4_096;
/** Words beside the protocol: a client that never reads them would stop once its window is full. */
const saidCharactersMax = 64 * 1024;

type Operation = 'ssh.file-list' | 'ssh.file-read' | 'ssh.file-write' | 'ssh.file-change';

/**
 * SFTP between a client and a target. Each operation on a file is a command, judged by its real path before the target
 * sees it and in the record with the file's size and SHA-256. What is refused is answered here, and the rest goes on.
 */
export class SftpRelay {
  readonly #options: SftpRelayOptions;
  readonly #fromClient = new SftpDecoder();
  readonly #fromTarget = new SftpDecoder();
  readonly #paths: RemotePaths;
  readonly #files = new Map<string, OpenFile>();
  readonly #awaited = new Map<number, Awaited>();
  readonly #own = new Map<number, (reply: SftpReply) => void>();
  readonly #looks = new Map<string, number>();
  /** A file's bytes that are passing before their packet is whole. */
  #data: { readonly file: OpenFile; readonly offset: bigint; readonly missing: number } | undefined;
  /** The client has got a part of a packet: answers of the gateway's own wait for its end. */
  #isCut = false;
  readonly #answers: { readonly bytes: Buffer; readonly written: () => void }[] = [];
  #nextOwn = ownIdsFrom;
  #saidCharacters = 0;
  #over = false;

  constructor(options: SftpRelayOptions) {
    this.#options = options;
    this.#paths = new RemotePaths({
      realPath: async (path) => pathIn(await this.#ask((id) => realpathRequest(id, path))),
      exists: async (path) => (await this.#ask((id) => lstatRequest(id, path))).kind !== 'status',
    });
  }

  /** Bytes of the client. Rejects with a Fault when they break the protocol, or the record cannot be kept. */
  async requested(chunk: Buffer): Promise<void> {
    for (const packet of this.#fromClient.push(chunk)) await this.#request(packet);
  }

  /** Bytes of the target. */
  async replied(chunk: Buffer): Promise<void> {
    const passing: Buffer[] = [];
    const rest = this.#passData(chunk, passing);
    let isWhole = this.#fromTarget.pendingBytes === 0;
    for (const packet of rest.length === 0 ? [] : this.#fromTarget.push(rest)) {
      const passed = await this.#reply(packet);
      if (passed !== undefined) passing.push(passed);
      isWhole &&= passed === packet.raw;
    }
    // From here on nothing is awaited: what is written of the gateway's own must not fall into a packet.
    if (this.#data === undefined) {
      isWhole &&= this.#answers.length === 0;
      for (const { bytes, written } of this.#answers.splice(0)) {
        passing.push(bytes);
        written();
      }
      this.#beginData(passing);
    }
    isWhole &&= this.#fromTarget.pendingBytes === 0;
    this.#isCut = this.#data !== undefined;
    if (passing.length > 0) await this.#options.toClient(isWhole ? chunk : Buffer.concat(passing));
  }

  /** A file's bytes go on as they come, rather than once their packet is whole. Returns what follows them. */
  #passData(chunk: Buffer, passing: Buffer[]): Buffer {
    if (this.#data === undefined) return chunk;
    const { file, offset, missing } = this.#data;
    const piece = chunk.subarray(0, missing);
    file.read(offset, piece);
    passing.push(piece);
    const left = missing - piece.length;
    this.#data = left === 0 ? undefined : { file, offset: offset + BigInt(piece.length), missing: left };
    return chunk.subarray(piece.length);
  }

  #beginData(passing: Buffer[]): void {
    const begun = this.#fromTarget.takeData((id) => this.#awaited.get(id)?.kind === 'read');
    if (begun === undefined) return;
    const { id, raw, data, missing } = begun;
    const { file, offset } = this.#awaited.get(id) as Extract<Awaited, { kind: 'read' }>;
    this.#awaited.delete(id);
    file.read(offset, data);
    passing.push(raw);
    this.#data = { file, offset: offset + BigInt(data.length), missing };
  }

  /** The channel is over: what is still open has its end in the record. */
  async ended(): Promise<void> {
    this.#over = true;
    for (const { written } of this.#answers.splice(0)) written();
    for (const hear of this.#own.values()) hear({ kind: 'other' });
    const open = new Set([...this.#files.values(), ...[...this.#awaited.values()].flatMap(filesOf)]);
    for (const file of open) file.failed('not_closed');
    const commands = [...this.#awaited.values()].flatMap((one) => (one.kind === 'command' ? one.commands : []));
    await Promise.all([
      ...[...open].map((file) => file.closed()),
      ...commands.map((command) => command.completed({ status: 'not_answered' })),
    ]);
  }

  async #request(packet: SftpPacket): Promise<void> {
    const request = readRequest(packet);
    const id = packet.id ?? 0;
    if (packet.id !== undefined && (id >= ownIdsFrom || this.#awaited.size >= openMax || this.#files.size >= openMax))
      return this.#answer(id, statusCode.FAILURE, 'Inland: too much is open at once');
    // With two requests of one number, what answers the one could be taken for the other's answer.
    if (packet.id !== undefined && this.#awaited.has(id))
      throw new Fault('protocol_violation', 'the number of an SFTP request that is not answered was used again');
    switch (request.kind) {
      case 'init':
        return this.#options.toTarget(initRequest());
      case 'realpath':
        return this.#pass(packet);
      case 'fstat':
      case 'readdir':
        return this.#files.has(request.handle) ? this.#pass(packet) : this.#noSuchHandle(id);
      case 'read':
        return this.#reads(packet, request);
      case 'write':
        return this.#writes(packet, request);
      case 'close': {
        const file = this.#files.get(request.handle);
        if (file === undefined) return this.#noSuchHandle(id);
        return this.#pass(packet, { kind: 'close', file, handle: request.handle });
      }
      case 'open':
        return this.#opens(packet, request);
      case 'opendir': {
        const [lists] = (await this.#judged(id, [['ssh.file-list', await this.#paths.resolved(request.path)]])) ?? [];
        if (lists === undefined) return;
        return this.#pass(packet, { kind: 'open', file: new OpenFile({ lists }) });
      }
      case 'stat':
      case 'statvfs':
        return this.#looksAt(packet, await this.#paths.resolved(request.path));
      case 'lstat':
      case 'readlink':
        return this.#looksAt(packet, await this.#paths.entry(request.path));
      case 'fsetstat':
        // Who may write a file may set its times and mode: that is how it is copied.
        if (this.#files.get(request.handle)?.isWritten !== true)
          return this.#answer(id, statusCode.PERMISSION_DENIED, 'Inland: this file is not open for writing');
        return this.#pass(packet);
      case 'setstat':
        return this.#changes(packet, [['ssh.file-change', await this.#paths.resolved(request.path)]]);
      case 'lsetstat':
      case 'remove':
      case 'rmdir':
      case 'mkdir':
        return this.#changes(packet, [['ssh.file-change', await this.#paths.entry(request.path)]]);
      case 'rename':
        // A file that gets a name is there as if it had been written by it.
        return this.#changes(packet, [
          ['ssh.file-change', await this.#paths.entry(request.from)],
          ['ssh.file-write', await this.#paths.entry(request.to)],
        ]);
      case 'hardlink':
        // By another name it could be read past a rule about the first: it must be readable by that.
        return this.#changes(packet, [
          ['ssh.file-read', await this.#paths.entry(request.from)],
          ['ssh.file-write', await this.#paths.entry(request.to)],
        ]);
      case 'symlink':
        return this.#changes(packet, [['ssh.file-change', await this.#paths.entry(request.to)]]);
      case 'extended':
        if (!request.handles.every((handle) => this.#files.has(handle))) return this.#noSuchHandle(id);
        if (request.name === 'copy-data')
          for (const handle of request.handles) this.#files.get(handle)?.failed('copied_at_target');
        return this.#pass(packet);
      case 'unsupported':
        return this.#answer(id, statusCode.OP_UNSUPPORTED, `Inland does not know ${request.name.slice(0, 64)}`);
    }
  }

  async #opens(packet: SftpPacket, { path, flags }: Extract<SftpRequest, { kind: 'open' }>): Promise<void> {
    const id = packet.id ?? 0;
    const real = await this.#paths.resolved(path);
    const writes = (flags & ~(openFlag.READ | openFlag.EXCLUSIVE)) !== 0;
    const reads = (flags & openFlag.READ) !== 0 || !writes;
    const operations: [Operation, RealPath][] = [];
    if (reads) operations.push(['ssh.file-read', real]);
    if (writes) operations.push(['ssh.file-write', real]);
    const commands = await this.#judged(id, operations);
    if (commands === undefined) return;
    const [first, second] = commands;
    const file = new OpenFile({
      ...(reads && first !== undefined ? { reads: first } : {}),
      ...(writes ? { writes: (reads ? second : first) as CommandRecord } : {}),
    });
    await this.#pass(packet, { kind: 'open', file });
  }

  #reads(packet: SftpPacket, { handle, offset }: Extract<SftpRequest, { kind: 'read' }>): Promise<void> {
    const file = this.#files.get(handle);
    if (file === undefined) return this.#noSuchHandle(packet.id ?? 0);
    return this.#pass(packet, { kind: 'read', file, offset });
  }

  #writes(packet: SftpPacket, { handle, offset, data }: Extract<SftpRequest, { kind: 'write' }>): Promise<void> {
    const file = this.#files.get(handle);
    if (file === undefined) return this.#noSuchHandle(packet.id ?? 0);
    file.wrote(offset, data);
    return this.#pass(packet, { kind: 'write', file });
  }

  async #looksAt(packet: SftpPacket, path: RealPath): Promise<void> {
    const now = Date.now();
    const until = this.#looks.get(path.text);
    if (!path.unresolved && until !== undefined && until > now) return this.#pass(packet);
    const commands = await this.#judged(packet.id ?? 0, [['ssh.file-list', path]]);
    if (commands === undefined) return;
    if (this.#looks.size >= looksMax) this.#looks.clear();
    this.#looks.set(path.text, now + looksMillis);
    await this.#pass(packet, { kind: 'command', commands });
  }

  async #changes(packet: SftpPacket, operations: readonly [Operation, RealPath][]): Promise<void> {
    const commands = await this.#judged(packet.id ?? 0, operations);
    if (commands === undefined) return;
    this.#looks.clear();
    await this.#pass(packet, { kind: 'command', commands });
  }

  /** All of the operations, or none: undefined when one is refused or cannot be, which is answered then. */
  async #judged(
    id: number,
    operations: readonly [Operation, RealPath][],
  ): Promise<readonly CommandRecord[] | undefined> {
    const { session, channel } = this.#options;
    const commands: CommandRecord[] = [];
    const leave = (status: string): Promise<unknown> =>
      Promise.all(commands.map((command) => command.completed({ status })));
    for (const [operation, { text }] of operations) {
      const verdict = await session.submit({ operation, text, channel });
      if (verdict.kind === 'allowed') commands.push(verdict.command);
      else {
        await leave('not_done');
        await this.#refuse(id, verdict.denial, text);
        return undefined;
      }
    }
    if (!operations.some(([, { unresolved }]) => unresolved)) return commands;
    await leave(statusText(statusCode.NO_SUCH_FILE));
    await this.#answer(id, statusCode.NO_SUCH_FILE, 'No such file');
    return undefined;
  }

  async #refuse(id: number, denial: Denial, path: string): Promise<void> {
    if (this.#options.session.ended.aborted) throw new Fault('unavailable', 'the session has ended');
    const said = denialText(denial);
    // OpenSSH's sftp and scp print no message of the protocol, but what comes beside it.
    if (this.#saidCharacters < saidCharactersMax) this.#options.say(`${JSON.stringify(path)}: ${said}`);
    this.#saidCharacters += path.length + said.length;
    await this.#answer(id, statusCode.PERMISSION_DENIED, said.replaceAll('\n', ' '));
  }

  async #reply(packet: SftpPacket): Promise<Buffer | undefined> {
    const { id } = packet;
    if (id === undefined) return withKnownExtensions(packet);
    const own = this.#own.get(id);
    if (own !== undefined) {
      this.#own.delete(id);
      own(readReply(packet));
      return undefined;
    }
    const awaited = this.#awaited.get(id);
    if (awaited === undefined)
      throw new Fault('protocol_violation', 'the target answered what was not asked over SFTP');
    this.#awaited.delete(id);
    await this.#settle(awaited, readReply(packet));
    return packet.raw;
  }

  async #settle(awaited: Awaited, reply: SftpReply): Promise<void> {
    const failure = reply.kind === 'status' && reply.code !== statusCode.OK ? statusText(reply.code) : undefined;
    switch (awaited.kind) {
      case 'open':
        if (reply.kind === 'handle') {
          await this.#leave(this.#files.get(reply.handle)); // a handle that is given again was closed
          this.#files.set(reply.handle, awaited.file);
        } else {
          awaited.file.failed(failure ?? 'not_opened');
          await awaited.file.closed();
        }
        return;
      case 'read':
        if (reply.kind === 'data') awaited.file.read(awaited.offset, reply.data);
        return;
      case 'write':
        if (failure !== undefined) awaited.file.failed(failure);
        return;
      case 'close':
        this.#files.delete(awaited.handle);
        if (failure !== undefined) awaited.file.failed(failure);
        await awaited.file.closed();
        return;
      case 'command':
        await Promise.all(
          awaited.commands.map((command) => command.completed({ status: failure ?? '' }, { soon: true })),
        );
    }
  }

  async #leave(file: OpenFile | undefined): Promise<void> {
    file?.failed('not_closed');
    await file?.closed();
  }

  /** A request of our own. */
  async #ask(request: (id: number) => Buffer): Promise<SftpReply> {
    if (this.#over) return { kind: 'other' };
    const id = this.#nextOwn;
    this.#nextOwn = id === 0xffff_ffff ? ownIdsFrom : id + 1;
    const answered = new Promise<SftpReply>((resolve) => this.#own.set(id, resolve));
    await this.#options.toTarget(request(id));
    return answered;
  }

  /** Every answer is waited for: one that is not could be taken for another's. */
  #pass({ id, raw }: SftpPacket, awaited: Awaited = { kind: 'other' }): Promise<void> {
    if (id !== undefined) this.#awaited.set(id, awaited);
    return this.#options.toTarget(raw);
  }

  #noSuchHandle(id: number): Promise<void> {
    return this.#answer(id, statusCode.FAILURE, 'Inland: nothing is open by this handle');
  }

  #answer(id: number, code: number, message: string): Promise<void> {
    const bytes = statusReply(id, code, message);
    if (!this.#isCut || this.#over) return this.#options.toClient(bytes);
    return new Promise((written) => this.#answers.push({ bytes, written }));
  }
}

function filesOf(awaited: Awaited): OpenFile[] {
  return awaited.kind === 'command' || awaited.kind === 'other' ? [] : [awaited.file];
}

const statusText = (code: number): string => `SSH_FX_${String(code)}`;
