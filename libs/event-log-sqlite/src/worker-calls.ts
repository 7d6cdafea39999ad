import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type Transferable } from 'node:worker_threads';
import { Fault } from '@inland/kernel';

interface Answer {
  readonly call: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Fault) => void;
}

/** The worker file: compiled beside this one, or as TypeScript, which Node runs as it is. */
function workerFile(): URL {
  const compiled = new URL('./sqlite-worker.js', import.meta.url);
  return existsSync(fileURLToPath(compiled)) ? compiled : new URL('./sqlite-worker.ts', import.meta.url);
}

/** Calls to the thread that holds the database. */
export class WorkerCalls {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #dead: Fault | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (error) => this.#die(faultOf(error.message)));
    worker.on('exit', () => this.#die(new Fault('log_unavailable', 'the event log is closed')));
  }

  /** Rejects with `misconfigured` when the file cannot be opened, or another process holds it. */
  static async open(file: string, maxBytes?: number): Promise<WorkerCalls> {
    const worker = new Worker(workerFile(), { workerData: { file, maxBytes }, execArgv: ['--no-warnings'] });
    const calls = new WorkerCalls(worker);
    await new Promise<unknown>((resolve, reject) => calls.#waiting.set(0, { resolve, reject })).catch(
      (error: Fault) => {
        const held = /locked|busy/i.test(error.message);
        throw new Fault(
          'misconfigured',
          held
            ? `${file} is in use by another Inland; stop it first`
            : `the event log ${file} cannot be opened: ${error.message}`,
          { cause: error },
        );
      },
    );
    return calls;
  }

  /** `transfer`: memory that is handed over instead of copied; it is gone here afterwards. */
  call<T>(request: object, transfer: readonly Transferable[] = []): Promise<T> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const call = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(call, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ ...request, call }, transfer);
    });
  }

  async close(): Promise<void> {
    if (this.#dead !== undefined) return;
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.call({ kind: 'close' });
    await exited;
  }

  #settle({ call, value, error }: Answer): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(faultOf(error));
  }

  #die(fault: Fault): void {
    this.#dead ??= fault;
    for (const { reject } of this.#waiting.values()) reject(fault);
    this.#waiting.clear();
  }
}

function faultOf(message: string): Fault {
  return new Fault('log_unavailable', `the event log cannot be written or read: ${message}`);
}
