import type { Client, ClientChannel, ServerChannel } from 'ssh2';
import type { SessionRequest } from './session-request.ts';
import { isOver } from './write-to.ts';

/** What `ssh` exits with when the target did not say how it ended. */
export const lostExitStatus = 255;

/** How what ran ended (RFC 4254 §6.10). */
export interface Exit {
  readonly status: number | null;
  readonly signal: string | undefined;
  readonly dumped: boolean;
  readonly description: string | undefined;
}

/** Before the channel ends: else the client takes it for 255. */
export function sayExit(client: ServerChannel, exit: Exit | undefined): void {
  if (isOver(client) || client.writableEnded) return;
  if (exit === undefined) client.exit(lostExitStatus);
  else if (exit.signal !== undefined) client.exit(exit.signal, exit.dumped, exit.description ?? '');
  else client.exit(exit.status ?? 0);
}

/** Asks the target for a channel, and for what the client asked of ours. Rejects when the target refuses either. */
export function openAtTarget(client: Client, request: SessionRequest): Promise<ClientChannel> {
  const { kind, text, terminal, environment } = request;
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) reject(error);
      else resolve(channel);
    };
    const pty = terminal === undefined ? {} : { pty: { ...terminal, term: terminal.term ?? 'vt100' } };
    if (kind === 'exec') client.exec(text, { env: environment, ...pty }, opened);
    else if (kind === 'subsystem') client.subsys(text, opened);
    else client.shell(pty.pty ?? false, { env: environment }, opened);
  });
}
