import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { Fault, type FaultCode } from '@inland/kernel';
import ssh2 from 'ssh2';

/** Where the API is, and who calls it. */
export interface ApiContext {
  /** The base address, without a trailing slash. */
  readonly api: string;
  /** The private key file that proves the person. */
  readonly identityFile: string;
  /** Where the token is kept between processes (mode 0600); absent: it is not kept. */
  readonly tokenFile?: string;
}

export interface Token {
  readonly token: string;
  readonly expiresAt: string;
  readonly subject: string;
}

const codeOfStatus: Readonly<Record<number, FaultCode>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  409: 'conflict',
  413: 'invalid_argument',
  422: 'invalid_argument',
  429: 'resource_exhausted',
  503: 'unavailable',
  504: 'timeout',
};

/** The HTTP API, as the person whose key it is. Logs in by itself; a token is kept until shortly before it expires. */
export class ApiClient {
  readonly #context: ApiContext;
  #token: Token | undefined;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.#call('GET', path)).json()) as T;
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return answerOf<T>(await this.#call('POST', path, body));
  }

  async delete<T>(path: string): Promise<T> {
    return answerOf<T>(await this.#call('DELETE', path));
  }

  /** The lines of an NDJSON answer, as they come. */
  async *lines<T>(path: string): AsyncGenerator<T> {
    const response = await this.#call('GET', path);
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      rest += decoder.decode(chunk as Uint8Array, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
    }
    if (rest.trim() !== '') yield JSON.parse(rest) as T;
  }

  /** Who the API takes this person for. */
  async login(): Promise<Token> {
    this.#token ??= this.#cached() ?? (await this.#newToken());
    return this.#token;
  }

  async #call(method: string, path: string, body?: unknown): Promise<Response> {
    const { token } = await this.login();
    const response = await this.#fetch(method, path, body, token);
    if (response.status !== 401) return succeed(response);
    this.#token = await this.#newToken(); // the kept token was revoked, or Inland is a new one
    return succeed(await this.#fetch(method, path, body, this.#token.token));
  }

  async #fetch(method: string, path: string, body?: unknown, token?: string): Promise<Response> {
    try {
      return await fetch(`${this.#context.api}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(120_000),
      });
    } catch (error) {
      throw new Fault(
        'unavailable',
        `Inland cannot be reached at ${this.#context.api}. Is it running (\`npm start\`)? Another address goes in --api or INLAND_API.`,
        { cause: error },
      );
    }
  }

  /** Proves the person's key: signs a fresh challenge, once. */
  async #newToken(): Promise<Token> {
    const key = readIdentity(this.#context.identityFile);
    const publicKey = `${key.type} ${key.getPublicSSH().toString('base64')}`;
    const asked = await succeed(await this.#fetch('POST', '/api/v1/auth/challenges', {}));
    const { challenge } = (await asked.json()) as { challenge: string };
    const signed = key.sign(
      Buffer.from(`inland-login-v1\n${challenge}`),
      key.type === 'ssh-rsa' ? 'sha512' : undefined,
    );
    if (!Buffer.isBuffer(signed)) throw new Fault('invalid_argument', `${this.#context.identityFile} cannot sign`);
    const answer = await succeed(
      await this.#fetch('POST', '/api/v1/auth/tokens', { publicKey, challenge, signature: signed.toString('base64') }),
    );
    const token = (await answer.json()) as Token;
    this.#keep(token);
    return token;
  }

  #cacheKey(): string {
    const { api, identityFile } = this.#context;
    return createHash('sha256').update(`${api}\0${identityFile}\0`).update(readFileSync(identityFile)).digest('hex');
  }

  #cached(): Token | undefined {
    if (this.#context.tokenFile === undefined) return undefined;
    try {
      const kept = JSON.parse(readFileSync(this.#context.tokenFile, 'utf8')) as Record<string, Token>;
      const token = kept[this.#cacheKey()];
      return token !== undefined && Date.parse(token.expiresAt) > Date.now() + 60_000 ? token : undefined;
    } catch {
      return undefined; // none kept yet, or not readable: a new one is asked for
    }
  }

  #keep(token: Token): void {
    const { tokenFile } = this.#context;
    if (tokenFile === undefined) return;
    let kept: Record<string, Token> = {};
    try {
      kept = JSON.parse(readFileSync(tokenFile, 'utf8')) as Record<string, Token>;
    } catch {
      // the first one
    }
    const valid = Object.entries(kept).filter(([, { expiresAt }]) => Date.parse(expiresAt) > Date.now());
    mkdirSync(dirname(tokenFile), { recursive: true, mode: 0o700 });
    writeFileSync(tokenFile, JSON.stringify({ ...Object.fromEntries(valid), [this.#cacheKey()]: token }), {
      mode: 0o600,
    });
  }
}

function readIdentity(file: string): ssh2.ParsedKey {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    throw new Fault(
      'unauthenticated',
      `there is no key at ${file}. Name yours with --identity or INLAND_IDENTITY; your platform team enrols its public half.`,
      { cause: error },
    );
  }
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error)
    throw new Fault(
      'unauthenticated',
      `${file} is no private key that can be read (one with a passphrase cannot yet be used)`,
    );
  return Array.isArray(parsed) ? (parsed[0] as ssh2.ParsedKey) : parsed;
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
}

/** Passes a success on; anything else becomes a Fault with what the problem document says (RFC 9457). */
async function succeed(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // not one of Inland's own answers
  }
  const code = codeOfStatus[response.status] ?? 'internal';
  throw new Fault(code, problem.detail ?? problem.title ?? `the API answered ${response.status}`);
}

/** Undefined where there is none (204). */
async function answerOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
