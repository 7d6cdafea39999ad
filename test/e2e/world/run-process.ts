import { spawn, type ChildProcess } from 'node:child_process';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly millis?: number;
  readonly cwd?: string;
}

/** Runs a program to its end; after `millis` (30 s) it is killed, and says so. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, input, millis = 30_000, cwd } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const timer = setTimeout(() => {
      stderr.push(Buffer.from(`\n(killed by the test after ${millis} ms)`));
      child.kill('SIGKILL');
    }, millis);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => undefined); // it may end without reading all of it
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    child.stdin.end(input ?? '');
  });
}

/** A program that stays. */
export class Started {
  readonly child: ChildProcess;
  /** It leads a process group, and signals go to all of it. */
  readonly #group: boolean;
  #output = '';
  #ended: { readonly status: number | null } | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd?: string,
    options: { readonly group?: boolean } = {},
  ) {
    this.#group = options.group ?? false;
    this.child = spawn(program, [...args], {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: this.#group,
      ...(cwd === undefined ? {} : { cwd }),
    });
    const hear = (chunk: Buffer): void => {
      this.#output += chunk.toString();
      for (const listener of this.#listeners) listener();
    };
    this.child.stdout?.on('data', hear);
    this.child.stderr?.on('data', hear);
    this.child.stdin?.on('error', () => undefined);
    this.child.once('close', (status) => {
      this.#ended = { status };
      for (const listener of this.#listeners) listener();
    });
  }

  /** All that it has said so far, on both streams. */
  get output(): string {
    return this.#output;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Resolves with the output when it holds the text or pattern; rejects when the program ends before, or is too slow. */
  async said(what: string | RegExp, millis = 25_000): Promise<string> {
    const holds = (): boolean => (typeof what === 'string' ? this.#output.includes(what) : what.test(this.#output));
    await this.#until(() => holds() || this.#ended !== undefined, millis, `"${String(what)}"`);
    if (!holds()) throw new Error(`it ended before it said ${String(what)}; it said:\n${this.#output}`);
    return this.#output;
  }

  async end(millis = 30_000): Promise<number | null> {
    await this.#until(() => this.#ended !== undefined, millis, 'its end');
    return this.#ended?.status ?? null;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#ended === undefined) {
      if (this.#group) process.kill(-(this.child.pid ?? 0), signal);
      else this.child.kill(signal);
    }
    return this.end();
  }

  #until(holds: () => boolean, millis: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (holds()) done();
      };
      const timer = setTimeout(
        () => done(new Error(`${what} did not come within ${millis} ms; it said:\n${this.#output}`)),
        millis,
      );
      this.#listeners.add(look);
      look();
    });
  }
}
