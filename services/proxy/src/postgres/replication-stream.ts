import type { Duplex, Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { StreamKind } from '@inland/events';
import { terminate } from '@inland/postgres-wire';
import type { CommandRecord, Denial, GatewaySession } from '../pipeline/gateway.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { denialResponse } from './denial-response.ts';
import type { OpenTarget } from './dial-target.ts';
import { endWith, writeAll } from './write-all.ts';

const goodbye = terminate();

export interface ReplicationStreamOptions {
  readonly session: GatewaySession;
  readonly command: CommandRecord;
  readonly client: TLSSocket;
  readonly reader: ChunkReader;
  readonly target: OpenTarget;
}

/**
 * A connection that asked for replication and was granted it: its bytes pass as they are, both ways, and the record says
 * how many they were, with their SHA-256. What is in them is whole databases, and is not looked at.
 */
export class ReplicationStream {
  readonly #options: ReplicationStreamOptions;
  /** The client has said goodbye, so that the target closes, maybe before it does. */
  #goodbye = false;
  #stop: (denial?: Denial) => void = () => undefined;
  readonly #stopped: Promise<Denial | undefined>;

  constructor(options: ReplicationStreamOptions) {
    this.#options = options;
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  /** Ends it from outside. */
  stop(denial: Denial): void {
    this.#stop({ ...denial, requestId: this.#options.session.id });
  }

  /** Resolves when it is over and its record closed. Never rejects. */
  async run(): Promise<void> {
    const { session, command, client, reader, target } = this.#options;
    const onEnded = (): void => this.stop(session.ended.reason as Denial);
    session.ended.addEventListener('abort', onEnded, { once: true });
    if (session.ended.aborted) onEnded();
    const denial = await Promise.race([
      this.#stopped,
      this.#pass(reader, target.socket, StreamKind.INPUT),
      this.#pass(target.reader, client, StreamKind.POSTGRES),
    ]);
    session.ended.removeEventListener('abort', onEnded);
    const clientLeft = this.#goodbye || client.destroyed || client.readableEnded;
    target.socket.destroy();
    endWith(client, denial && denialResponse(denial, { severity: 'FATAL', sqlState: '57P01' }));
    await command.completed({ status: denial?.code ?? (clientLeft ? 'client_closed' : 'target_closed') });
    if (denial !== undefined) await session.close('aborted', denial.code);
    else await session.close(clientLeft ? 'completed' : 'failed', clientLeft ? 'client_closed' : 'target_closed');
  }

  async #pass(from: ChunkReader, to: Writable | Duplex, stream: StreamKind): Promise<undefined> {
    for (;;) {
      const chunk = await from.next();
      if (chunk === undefined) return undefined;
      this.#options.command.summarise(stream, chunk);
      if (stream === StreamKind.INPUT) this.#goodbye = chunk.subarray(-goodbye.length).equals(goodbye);
      await writeAll(to, [chunk]);
    }
  }
}
