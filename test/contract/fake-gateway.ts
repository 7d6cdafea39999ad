import { createHash, type Hash } from 'node:crypto';
import { StreamKind } from '@inland/events';
import type {
  AttemptRequest,
  AttemptResult,
  CommandRecord,
  CommandRequest,
  CommandVerdict,
  Denial,
  Ending,
  Gateway,
  GatewaySession,
  ResolvedTarget,
} from '@inland/proxy';

/** What was told of one command. */
export class FakeCommand implements CommandRecord {
  readonly number: number;
  readonly request: CommandRequest;
  readonly #recorded: Buffer[] = [];
  readonly #input: Buffer[] = [];
  recordedBytes = 0;
  summarisedBytes = 0;
  readonly summarised = new Map<StreamKind, number>();
  readonly #hashes = new Map<StreamKind, Hash>();
  maskedValues = 0;
  result: { readonly exitStatus?: number; readonly status?: string; readonly rows?: number } | undefined;

  constructor(number: number, request: CommandRequest) {
    this.number = number;
    this.request = request;
  }

  get recorded(): Buffer {
    return Buffer.concat(this.#recorded);
  }

  get input(): Buffer {
    return Buffer.concat(this.#input);
  }

  record(stream: StreamKind, data: Uint8Array, maskedValues = 0): Promise<void> {
    (stream === StreamKind.INPUT ? this.#input : this.#recorded).push(Buffer.from(data));
    this.recordedBytes += data.length;
    this.maskedValues += maskedValues;
    return Promise.resolve();
  }

  summarise(stream: StreamKind, data: Uint8Array): void {
    this.summarisedBytes += data.length;
    this.summarised.set(stream, (this.summarised.get(stream) ?? 0) + data.length);
    const hash = this.#hashes.get(stream) ?? createHash('sha256');
    this.#hashes.set(stream, hash.update(data));
  }

  /** SHA-256 of all that was summarised of a stream, hexadecimal. */
  digest(stream: StreamKind): string | undefined {
    return this.#hashes.get(stream)?.copy().digest('hex');
  }

  completed(result: NonNullable<FakeCommand['result']>): Promise<void> {
    this.result ??= result;
    return Promise.resolve();
  }
}

export class FakeSession implements GatewaySession {
  readonly id: string;
  readonly mask: readonly string[];
  readonly commands: FakeCommand[] = [];
  readonly sizes: { readonly columns: number; readonly rows: number }[] = [];
  readonly closed: Promise<{ readonly ending: Ending; readonly reason: string }>;
  openedWith: { readonly address: string; readonly identity: string } | undefined;
  readonly #end = new AbortController();
  readonly #warned: ((text: string) => void)[] = [];
  readonly #refuses: (request: CommandRequest) => string | undefined;
  #close: (value: { readonly ending: Ending; readonly reason: string }) => void = () => undefined;

  constructor(id: string, mask: readonly string[], refuses: (request: CommandRequest) => string | undefined) {
    this.id = id;
    this.mask = mask;
    this.#refuses = refuses;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  end(denial: Denial): void {
    this.#end.abort(denial);
  }

  onWarning(tell: (text: string) => void): void {
    this.#warned.push(tell);
  }

  /** What a limit says before it ends the session. */
  warn(text: string): void {
    for (const tell of this.#warned) tell(text);
  }

  opened(details: { readonly address: string; readonly identity: string }): Promise<void> {
    this.openedWith = details;
    return Promise.resolve();
  }

  async submit(request: CommandRequest): Promise<CommandVerdict> {
    await Promise.resolve();
    const because =
      request.unknown === true ? 'the gateway cannot tell what this line would run.' : this.#refuses(request);
    if (because !== undefined) {
      const denial = {
        code: request.unknown === true ? 'line_unknown' : 'operation_forbidden',
        rule: 'ResidencyPolicy/test',
        message: because,
        requestId: this.id,
      };
      return { kind: 'refused', denial };
    }
    const command = new FakeCommand(this.commands.length + 1, request);
    this.commands.push(command);
    return { kind: 'allowed', command };
  }

  resized(size: { readonly columns: number; readonly rows: number }): void {
    this.sizes.push(size);
  }

  close(ending: Ending, reason: string): Promise<void> {
    this.#close({ ending, reason });
    return Promise.resolve();
  }
}

export interface FakeGatewayOptions {
  readonly targets: Readonly<Record<string, ResolvedTarget>>;
  readonly mask?: readonly string[];
  /** Why a command is refused; undefined lets it through. */
  readonly refuses?: (request: CommandRequest) => string | undefined;
  /** Forwardings that are granted, each by its operation; none when absent. */
  readonly forwards?: readonly string[];
}

/** A gateway in memory: it knows its targets, and keeps what it is told. */
export class FakeGateway implements Gateway {
  readonly sessions: FakeSession[] = [];
  readonly attempts: AttemptRequest[] = [];
  readonly #waiting: ((request: AttemptRequest) => void)[] = [];
  readonly #options: FakeGatewayOptions;

  constructor(options: FakeGatewayOptions) {
    this.#options = options;
  }

  get last(): FakeSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('no session was opened');
    return session;
  }

  /** The first attempt that the predicate takes, made already or to come. */
  attempted(takes: (request: AttemptRequest) => boolean): Promise<AttemptRequest> {
    const made = this.attempts.find(takes);
    if (made !== undefined) return Promise.resolve(made);
    return new Promise((resolve) => {
      this.#waiting.push((request) => {
        if (takes(request)) resolve(request);
      });
    });
  }

  attempt(request: AttemptRequest): Promise<AttemptResult> {
    this.attempts.push(request);
    for (const hear of this.#waiting) hear(request);
    const id = `request-${this.attempts.length}`;
    const refused = (code: string, message: string): AttemptResult => ({
      kind: 'refused',
      denial: {
        code,
        rule: code === 'outside_jurisdiction' ? 'ResidencyPolicy/stays-in-eea' : '',
        message,
        requestId: id,
      },
    });
    if (request.identity.kind === 'unproven')
      return Promise.resolve(refused(request.identity.reason, 'this token is not one of ours.'));
    const target = this.#options.targets[request.requestedName.split(/[@%]/).at(-1) ?? ''];
    if (target === undefined)
      return Promise.resolve(refused('outside_jurisdiction', 'the target is in US, outside EEA.'));
    const { mask = [], forwards = [], refuses } = this.#options;
    const session = new FakeSession(id, mask, (asked) => {
      if (asked.operation.startsWith('ssh.forward-') && !forwards.includes(asked.operation))
        return `no grant of yours names ${asked.operation}.`;
      return refuses?.(asked);
    });
    this.sessions.push(session);
    return Promise.resolve({ kind: 'allowed', session, target });
  }
}
