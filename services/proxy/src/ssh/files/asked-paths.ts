import { initRequest, lstatRequest, readReply, realpathRequest, SftpDecoder, type SftpReply } from '@inland/sftp-wire';
import type { Client, ClientChannel } from 'ssh2';
import { openAtTarget, RequestRefused } from '../target-channel.ts';
import { writeTo } from '../write-to.ts';
import { pathIn, type AsksTarget } from './remote-paths.ts';

/** Asks a target about paths over an SFTP channel of the gateway's own, for what is copied by other means. */
export class AskedPaths implements AsksTarget {
  readonly #channel: ClientChannel;
  readonly #waiting = new Map<number, (reply: SftpReply) => void>();
  #next = 1;
  #over = false;

  private constructor(channel: ClientChannel) {
    this.#channel = channel;
  }

  /** Undefined when the target has no SFTP. Rejects when it gives no channel for it. */
  static async open(target: Client): Promise<AskedPaths | undefined> {
    const none = { agent: false, x11: undefined };
    const request = { kind: 'subsystem', text: 'sftp', terminal: undefined, environment: {} } as const;
    try {
      const { channel } = await openAtTarget(target, request, none);
      const asked = new AskedPaths(channel);
      channel.stderr.resume();
      void asked.#hear();
      await writeTo(channel, initRequest());
      return asked;
    } catch (error) {
      if (error instanceof RequestRefused) return undefined;
      throw error;
    }
  }

  async realPath(path: Buffer): Promise<Buffer | undefined> {
    return pathIn(await this.#ask((id) => realpathRequest(id, path)));
  }

  async exists(path: Buffer): Promise<boolean> {
    return (await this.#ask((id) => lstatRequest(id, path))).kind !== 'status';
  }

  close(): void {
    this.#channel.destroy();
  }

  async #ask(request: (id: number) => Buffer): Promise<SftpReply> {
    if (this.#over) return { kind: 'other' };
    const id = this.#next++;
    const answered = new Promise<SftpReply>((resolve) => this.#waiting.set(id, resolve));
    await writeTo(this.#channel, request(id));
    return answered;
  }

  async #hear(): Promise<void> {
    const decoder = new SftpDecoder();
    try {
      for await (const chunk of this.#channel as AsyncIterable<Buffer>)
        for (const packet of decoder.push(chunk)) {
          const hear = this.#waiting.get(packet.id ?? 0);
          this.#waiting.delete(packet.id ?? 0);
          hear?.(readReply(packet));
        }
    } catch {
      this.#channel.destroy();
    } finally {
      this.#over = true;
      for (const hear of this.#waiting.values()) hear({ kind: 'other' });
    }
  }
}
