import type { ChildProcessWithoutNullStreams } from 'node:child_process';

export interface PsqlOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export function installPostgresClients(): void;
export function startPsql(
  args: readonly string[],
  options?: Omit<PsqlOptions, 'input'>,
): ChildProcessWithoutNullStreams;
export function psql(
  args: readonly string[],
  options?: PsqlOptions,
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;
