import type { Client, ClientChannel, ServerChannel } from 'ssh2';
import type { SessionRequest, X11Display } from './session-request.ts';
import { wireValues } from './wire-values.ts';
import { isOver, watchEnd } from './write-to.ts';

/** What `ssh` exits with when the target did not say how it ended. */
export const lostExitStatus = 255;

/** How what ran ended (RFC 4254 §6.10). */
export interface Exit {
  readonly status: number | null;
  readonly signal: string | undefined;
  readonly dumped: boolean;
  readonly description: string | undefined;
}

/** What is forwarded along with a session, where that was allowed. */
export interface SessionForwards {
  readonly agent: boolean;
  readonly x11: X11Display | undefined;
}

/** A channel of the target on which something runs. */
export interface TargetChannel {
  readonly channel: ClientChannel;
  /** Undefined until the target has said it. */
  readonly exit: Exit | undefined;
  readonly closed: Promise<void>;
}

/** Before the channel closes: else the client takes it for 255. Its output may be over already. */
export function sayExit(client: ServerChannel, exit: Exit | undefined): void {
  if (isOver(client) || client.writableEnded) return;
  if (exit?.signal !== undefined)
    client.request('exit-signal', wireValues(exit.signal, exit.dumped, exit.description ?? '', ''));
  else client.request('exit-status', wireValues(exit === undefined ? lostExitStatus : (exit.status ?? 0)));
}

/** The target gave a channel, but refused what was asked on it. */
export class RequestRefused extends Error {}

/** Asks the target for a channel, and for what the client asked of ours. Rejects when the target refuses either. */
export async function openAtTarget(
  client: Client,
  { kind, text, terminal, environment }: SessionRequest,
  { agent, x11 }: SessionForwards,
): Promise<TargetChannel> {
  const opened = await openSession(client);
  const { channel } = opened;
  for (const [name, value] of Object.entries(environment)) channel.request('env', wireValues(name, value));
  // What is forwarded is no reason to fail: a target may not have it.
  if (agent) channel.request('auth-agent-req@openssh.com', undefined, () => undefined);
  if (x11 !== undefined)
    channel.request('x11-req', wireValues(x11.single, x11.protocol, x11.cookie, x11.screen), () => undefined);
  try {
    if (terminal !== undefined) {
      const { term, cols, rows, width, height, modes } = terminal;
      await asked(channel, 'pty-req', wireValues(term, cols, rows, width, height, modes));
    }
    await asked(channel, kind, kind === 'shell' ? undefined : wireValues(text));
  } catch (error) {
    channel.close();
    throw error;
  }
  return opened;
}

/** What the channel says of its end is heard from its first moment on: it may come with the packet that opens it. */
function openSession(client: Client): Promise<TargetChannel> {
  return new Promise((resolve, reject) => {
    client.openSession((error, channel) => {
      if (error) return reject(error);
      let exit: Exit | undefined;
      channel.on('error', () => undefined);
      channel.stderr.on('error', () => undefined);
      watchEnd(channel);
      channel.once('exit', (status: number | null, signal?: string, dumped?: boolean, description?: string) => {
        exit = { status, signal: signal?.replace(/^SIG/, ''), dumped: dumped === true, description };
      });
      const closed = new Promise<void>((over) => channel.once('close', () => over()));
      resolve({
        channel,
        closed,
        get exit() {
          return exit;
        },
      });
    });
  });
}

function asked(channel: ClientChannel, type: string, payload: Uint8Array | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.request(type, payload, (failed) =>
      failed ? reject(new RequestRefused(`${type} was refused`)) : resolve(),
    );
  });
}
