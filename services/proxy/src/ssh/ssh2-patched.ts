import type { ServerCallback } from 'ssh2';

/** What patches/ssh2@1.17.0/channels.patch adds to ssh2. */
declare module 'ssh2' {
  interface Channel {
    /** A request of any kind (RFC 4254 §5.4); with `answered` the other side must reply. */
    request(type: string, payload?: Uint8Array, answered?: (failed: boolean) => void): void;
  }
  interface Client {
    /** A session channel on which nothing is asked for yet. */
    openSession(opened: (error: Error | undefined, channel: ClientChannel) => void): this;
    /** The target wants a channel to the client's agent. */
    on(event: 'auth-agent', listener: (accept: () => Channel, reject: RejectConnection) => void): this;
  }
  interface Connection {
    /** A channel to the client's agent. */
    openssh_authAgent(opened: ServerCallback): this;
  }
}

/** Says why a channel is not opened: one of {@link openFailure}, and words that clients show. */
export type RejectOpen = (reason: number, description: string) => void;

/** RFC 4254 §5.1. */
export const openFailure = { prohibited: 1, connectFailed: 2, resourceShortage: 4 } as const;

/** Why the other side did not open a channel. */
export function openFailureOf(error: unknown): { readonly reason: number; readonly description: string } {
  const { reason, message = '' } = error as { readonly reason?: unknown; readonly message?: string };
  return {
    reason: typeof reason === 'number' ? reason : openFailure.connectFailed,
    description: message.replace(/^\(SSH\) Channel open failure: ?/, ''),
  };
}
