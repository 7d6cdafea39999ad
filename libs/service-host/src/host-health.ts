import { Fault, withDeadline } from '@inland/kernel';
import type { Health } from './service-definition.ts';

const askMillis = 5_000;

/** Asks every part of the process how it is. */
export class HostHealth {
  readonly #parts = new Map<string, () => Promise<Health>>();

  /** The part is asked from now on; the same name again takes its place. */
  add(name: string, ask: () => Promise<Health>): void {
    this.#parts.set(name, ask);
  }

  async ask(): Promise<Readonly<Record<string, Health>>> {
    const answers = await Promise.all(
      [...this.#parts].map(async ([name, ask]) => {
        const health = await withDeadline(ask(), askMillis, `asking ${name}`).catch((error: unknown) => ({
          ok: false,
          reason: Fault.from(error).message,
        }));
        return [name, health] as const;
      }),
    );
    return Object.fromEntries(answers);
  }
}
