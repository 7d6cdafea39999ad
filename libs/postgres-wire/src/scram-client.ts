import { createHash, createHmac, pbkdf2 as pbkdf2Callback, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Fault } from '@inland/kernel';
import { gs2Header, type ChannelBinding } from './channel-binding.ts';

const pbkdf2 = promisify(pbkdf2Callback);
/** A server that asks for more would make us work for it. PostgreSQL's default is 4096. */
const iterationsMax = 1_000_000;

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * The client side of SCRAM-SHA-256 (RFC 5802, RFC 7677) as PostgreSQL uses it: the user name left to the startup packet.
 * With the server's certificate it is SCRAM-SHA-256-PLUS, bound to the TLS connection that it runs in. In order: {@link first}, {@link final}, {@link verify}. Faults with `protocol_violation` when
 * the server's part is malformed, and with `unauthenticated` when it does not know the password itself.
 */
export class ScramClient {
  static readonly mechanism = 'SCRAM-SHA-256';
  static readonly bindingMechanism = 'SCRAM-SHA-256-PLUS';
  readonly #password: string;
  readonly #nonce: string;
  readonly #user: string;
  readonly #binding: ChannelBinding;
  #serverSignature: Buffer | undefined;

  /** `nonce` and `user` are for tests: the one must be random, the other PostgreSQL ignores. */
  constructor(
    password: string,
    options: { readonly nonce?: string; readonly user?: string; readonly binding?: ChannelBinding } = {},
  ) {
    this.#binding = options.binding ?? { kind: 'none' };
    this.#password = normalised(password);
    this.#nonce = options.nonce ?? randomBytes(18).toString('base64');
    this.#user = options.user ?? '';
  }

  /** The name of the mechanism that is spoken. */
  get mechanism(): string {
    return this.#binding.kind === 'server-end-point' ? ScramClient.bindingMechanism : ScramClient.mechanism;
  }

  first(): string {
    return `${gs2Header(this.#binding)}${this.#firstBare()}`;
  }

  /** Answers the server's first message (`r=…,s=…,i=…`). */
  async final(serverFirst: string): Promise<string> {
    const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9][0-9]{0,8})(?:,.*)?$/.exec(serverFirst);
    if (match === null) throw new Fault('protocol_violation', "the server's SCRAM message is malformed");
    const [, nonce = '', salt = '', count = ''] = match;
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length)
      throw new Fault('protocol_violation', "the server's SCRAM nonce does not continue ours");
    const iterations = Number(count);
    if (iterations > iterationsMax) throw new Fault('protocol_violation', 'the server asks for too many SCRAM rounds');
    const salted = await pbkdf2(this.#password, Buffer.from(salt, 'base64'), iterations, 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash('sha256').update(clientKey).digest();
    const binding = this.#binding.kind === 'server-end-point' ? this.#binding.data : Buffer.alloc(0);
    const bound = Buffer.concat([Buffer.from(gs2Header(this.#binding)), binding]).toString('base64');
    const withoutProof = `c=${bound},r=${nonce}`;
    const authMessage = `${this.#firstBare()},${serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, authMessage);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), authMessage);
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Checks the server's final message (`v=…`): only who knows the password's verifier can make it. */
  verify(serverFinal: string): void {
    const match = /^v=([A-Za-z0-9+/=]+)(?:,.*)?$/.exec(serverFinal);
    const given = Buffer.from(match?.[1] ?? '', 'base64');
    const expected = this.#serverSignature;
    if (expected === undefined || given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new Fault('unauthenticated', 'the server does not prove that it knows the password');
  }

  #firstBare(): string {
    return `n=${this.#user},r=${this.#nonce}`;
  }
}

/** SASLprep (RFC 4013) as far as Unicode normalisation goes; other passwords are used as they are, as PostgreSQL does. */
function normalised(password: string): string {
  return password.normalize('NFKC');
}
