import { invalid, type ProxyHeader } from './proxy-header.ts';
import { readProxyHeader } from './read-proxy-header.ts';

/** What the bytes so far are. `rest`: what followed the header, and belongs to the connection itself. */
export type ProxyHeaderReading =
  | { readonly kind: 'more' }
  | { readonly kind: 'header'; readonly header: ProxyHeader; readonly rest: Uint8Array }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Reads the header of one connection, however it is cut. It keeps no more than a header's bytes. Once it has answered
 * `header` or `invalid` it is done; whatever is pushed then is invalid.
 */
export class ProxyHeaderReader {
  #held: Buffer = Buffer.alloc(0);
  #done: (ProxyHeaderReading & { readonly kind: 'invalid' }) | undefined;

  /** Never throws. */
  push(bytes: Uint8Array): ProxyHeaderReading {
    if (this.#done !== undefined) return this.#done;
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const result = readProxyHeader(all);
    if (result.kind === 'more') {
      this.#held = Buffer.from(all);
      return result;
    }
    this.#held = Buffer.alloc(0);
    if (result.kind === 'invalid') return (this.#done = result);
    this.#done = invalid('its header has been read');
    return { kind: 'header', header: result.header, rest: all.subarray(result.length) };
  }
}
