import type { Channel, Client, ClientChannel, Connection, ServerChannel } from 'ssh2';
import type { CommandRequest } from '../pipeline/gateway.ts';
import { carryForwarded } from './forwarded-connection.ts';
import { tooManyForwarded, type ForwardedConnections } from './forwarded-connections.ts';
import type { OpenedWay } from './opened-way.ts';
import { placeOf } from './place.ts';
import { denialLine } from './refused-channel.ts';
import { openFailure, openFailureOf, type RejectOpen } from './ssh2-patched.ts';

export interface ForwardingContext {
  readonly connection: Connection;
  readonly way: Promise<OpenedWay>;
  readonly open: ForwardedConnections;
  /** The client's connection is over. */
  readonly isGone: () => boolean;
}

interface TcpOpen {
  readonly destIP: string;
  readonly destPort: number;
  readonly srcIP: string;
  readonly srcPort: number;
}

type Accept = () => ServerChannel;

/**
 * What a client has its target connect to: `ssh -L`, `-D`, `-W`, `-J` (direct-tcpip, RFC 4254 §7.2) and sockets
 * (direct-streamlocal@openssh.com). Each connection is a command: decided before the target learns of it.
 */
export function forwardOut(context: ForwardingContext): void {
  const { connection } = context;
  connection.on('tcpip', (accept: Accept, reject: RejectOpen, { destIP, destPort, srcIP, srcPort }: TcpOpen) => {
    const destination = { host: destIP, port: destPort };
    const request = { operation: 'ssh.forward-local', text: placeOf(destIP, destPort), destination };
    forward(context, request, { accept, reject }, (target, opened) => {
      target.forwardOut(srcIP, srcPort, destIP, destPort, opened);
    });
  });
  connection.on('openssh.streamlocal', (accept: Accept, reject: RejectOpen, info: { readonly socketPath: string }) => {
    const { socketPath } = info;
    forward(context, { operation: 'ssh.forward-socket', text: socketPath }, { accept, reject }, (target, opened) => {
      target.openssh_forwardOutStreamLocal(socketPath, opened);
    });
  });
}

function forward(
  { open, way: decided, isGone }: ForwardingContext,
  request: CommandRequest,
  { accept, reject }: { readonly accept: Accept; readonly reject: RejectOpen },
  connect: (target: Client, opened: (error: Error | undefined, channel: ClientChannel) => void) => void,
): void {
  const taken = open.add(async () => {
    const way = await decided;
    if (way.kind === 'refused') return reject(openFailure.prohibited, denialLine(way.denial));
    const verdict = await way.session.submit(request);
    if (verdict.kind === 'refused') return reject(openFailure.prohibited, denialLine(verdict.denial));
    const { command } = verdict;
    let target: Channel;
    try {
      target = await new Promise((resolve, fail) => {
        connect(way.target, (error, channel) => (error ? fail(error) : resolve(channel)));
      });
    } catch (error) {
      const { reason, description } = openFailureOf(error);
      reject(reason, description);
      await command.completed({ status: 'target_channel_refused' });
      return;
    }
    if (isGone()) target.close();
    else await carryForwarded(accept(), target, command);
    await command.completed({ status: isGone() ? 'client_closed' : '' });
  });
  if (!taken) reject(openFailure.resourceShortage, tooManyForwarded);
}
