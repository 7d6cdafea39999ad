import type { Socket } from 'node:net';
import { Fault, withDeadline } from '@inland/kernel';
import {
  BackendDecoder,
  passwordMessage,
  readAuthentication,
  readBackendKey,
  readFields,
  saslInitialResponse,
  saslResponse,
  ScramClient,
  startupMessage,
  type ChannelBinding,
  type WireMessage,
} from '@inland/postgres-wire';
import type { ResolvedTarget } from '../pipeline/gateway.ts';
import { ChunkReader } from './chunk-reader.ts';
import { openTargetSocket, TargetIdentityFault, type TargetSocket } from './target-socket.ts';

export interface OpenTarget {
  readonly socket: Socket;
  readonly reader: ChunkReader;
  readonly decoder: BackendDecoder;
  readonly identity: string;
  /** What it said of itself before it was ready: ParameterStatus and notices. */
  readonly greeting: readonly WireMessage[];
  readonly key: { readonly processId: number; readonly secret: Buffer } | undefined;
}

export type DialResult =
  | { readonly kind: 'open'; readonly target: OpenTarget }
  | {
      readonly kind: 'failed';
      readonly code:
        | 'target_unreachable'
        | 'target_credential_refused'
        | 'target_identity_changed'
        | 'target_login_unsupported';
    }
  /** The target knows the login, and refuses in its own words: no such database, too many connections. */
  | { readonly kind: 'refused'; readonly response: WireMessage };

export interface DialOptions {
  readonly target: ResolvedTarget;
  /** Startup parameters besides `user`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** For the way and the login each. Milliseconds. */
  readonly millisMax: number;
}

/** Reaches a target and logs in with the target's own credential. Never rejects. */
export async function dialTarget({ target, parameters, millisMax }: DialOptions): Promise<DialResult> {
  let socket: Socket | undefined;
  try {
    const opened = await openTargetSocket(target, millisMax);
    socket = opened.socket;
    socket.write(startupMessage([['user', target.login.name], ...parameters]));
    const result = await withDeadline(logIn(socket, target, opened), millisMax, 'logging in at the target');
    if (result.kind !== 'open') socket.destroy();
    return result;
  } catch (error) {
    socket?.destroy();
    if (error instanceof TargetIdentityFault) return { kind: 'failed', code: 'target_identity_changed' };
    const unproven = Fault.from(error).code === 'unauthenticated';
    return { kind: 'failed', code: unproven ? 'target_credential_refused' : 'target_unreachable' };
  }
}

/** AuthenticationRequest → answer, until ReadyForQuery or ErrorResponse. */
async function logIn(socket: Socket, target: ResolvedTarget, { identity, binding }: TargetSocket): Promise<DialResult> {
  const reader = new ChunkReader(socket);
  const decoder = new BackendDecoder();
  const greeting: WireMessage[] = [];
  let key: OpenTarget['key'];
  const authentication = new TargetAuthentication(target, binding);
  for (;;) {
    const chunk = await reader.next();
    if (chunk === undefined) throw new Fault('unavailable', 'the target closed the connection');
    for (const message of decoder.push(chunk)) {
      switch (message.type) {
        case 'R': {
          const answer = await authentication.answer(message);
          if (answer === 'unsupported') return { kind: 'failed', code: 'target_login_unsupported' };
          if (answer !== undefined) socket.write(answer);
          break;
        }
        case 'S':
        case 'N':
          greeting.push(message);
          break;
        case 'K':
          key = readBackendKey(message);
          break;
        case 'v':
          break;
        case 'E':
          return (readFields(message).get('C') ?? '').startsWith('28')
            ? { kind: 'failed', code: 'target_credential_refused' }
            : { kind: 'refused', response: message };
        case 'Z':
          if (!authentication.done) throw new Fault('unauthenticated', 'the target did not ask for the login');
          return { kind: 'open', target: { socket, reader, decoder, identity, greeting, key } };
        default:
          throw new Fault('protocol_violation', 'the target does not speak as PostgreSQL does');
      }
    }
  }
}

/** The target's login: trust, SCRAM-SHA-256, bound to the TLS connection where both sides can, or a password in the clear inside TLS. MD5 is not spoken. */
class TargetAuthentication {
  readonly #password: string | undefined;
  readonly #encrypted: boolean;
  readonly #binding: ChannelBinding;
  #scram: ScramClient | undefined;
  #verified = true;
  done = false;

  constructor(target: ResolvedTarget, binding: ChannelBinding) {
    this.#binding = binding;
    this.#password = target.login.password;
    this.#encrypted = target.tls.mode !== 'disable';
  }

  async answer(message: WireMessage): Promise<Buffer | 'unsupported' | undefined> {
    const request = readAuthentication(message);
    switch (request.kind) {
      case 'ok':
        if (!this.#verified) throw new Fault('unauthenticated', 'the target skipped its own proof');
        this.done = true;
        return undefined;
      case 'cleartext':
        return this.#password === undefined || !this.#encrypted ? 'unsupported' : passwordMessage(this.#password);
      case 'sasl':
        if (this.#password === undefined || !request.mechanisms.includes(ScramClient.mechanism)) return 'unsupported';
        this.#scram = new ScramClient(this.#password, { binding: this.#bindingFor(request.mechanisms) });
        this.#verified = false;
        return saslInitialResponse(this.#scram.mechanism, this.#scram.first());
      case 'sasl-continue':
        if (this.#scram === undefined) return 'unsupported';
        return saslResponse(await this.#scram.final(request.data.toString('utf8')));
      case 'sasl-final':
        this.#scram?.verify(request.data.toString('utf8'));
        this.#verified = true;
        return undefined;
      case 'other':
        return 'unsupported';
    }
  }

  #bindingFor(mechanisms: readonly string[]): ChannelBinding {
    if (this.#binding.kind === 'none' || mechanisms.includes(ScramClient.bindingMechanism)) return this.#binding;
    return { kind: 'not-offered' };
  }
}
