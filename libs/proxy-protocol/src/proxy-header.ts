/** One end of a connection. */
export interface ProxiedAddress {
  /** IPv4 or IPv6, in its usual spelling (RFC 5952); an IPv4 address within IPv6 (`::ffff:192.0.2.1`) as IPv4. */
  readonly address: string;
  readonly port: number;
}

/** What a proxy adds behind the addresses: type, length, value (section 2.2). */
export interface ProxyTlv {
  readonly type: number;
  readonly value: Uint8Array;
}

/** Who a connection is from, said by the proxy that forwards it. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `local`: the proxy's own connection, such as a health check: it is from the proxy itself. */
  readonly command: 'proxy' | 'local';
  /** Null for `local`, and where the proxy names no TCP address: then the connection's own addresses count. */
  readonly source: ProxiedAddress | null;
  readonly destination: ProxiedAddress | null;
  /** Empty for version 1 and for `local`. */
  readonly tlvs: readonly ProxyTlv[];
}

/** What the bytes at the beginning of a connection are, as far as they are there. */
export type ProxyHeaderResult =
  | { readonly kind: 'more' }
  | { readonly kind: 'header'; readonly header: ProxyHeader; /** Bytes of the header. */ readonly length: number }
  | { readonly kind: 'invalid'; readonly reason: string };

/** A header takes at most so many bytes, with all that a proxy adds. */
export const proxyHeaderBytesMax = 4 * 1024;

export const invalid = (reason: string): ProxyHeaderResult & { readonly kind: 'invalid' } => ({
  kind: 'invalid',
  reason,
});
