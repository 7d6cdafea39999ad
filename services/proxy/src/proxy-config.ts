import { z } from 'zod';
import { isAddressRange } from './address-within.ts';

const addressRange = z.string().refine((text) => isAddressRange(text), 'an address or a range such as 10.0.0.0/8');

const address = (port: number) =>
  z.strictObject({
    host: z.string().default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(port),
    /** Connections that have not proven who they are, at most; the oldest gives way to a new one. */
    unauthenticatedMax: z.int().min(1).default(100),
    /** Milliseconds until who has not proven themselves is disconnected. */
    handshakeMillis: z.int().min(1_000).default(10_000),
    /**
     * Load balancers in front of this port that say whom they forward, by the PROXY protocol version 2: addresses and
     * ranges. They must say it; from anybody else it is not taken.
     */
    proxies: z.array(addressRange).max(100).default([]),
  });

/** The section `services.proxy` of inland.yaml. */
export const proxyConfigSchema = z.strictObject({
  ssh: address(7422)
    .extend({
      /** Private host key files (OpenSSH or PEM); made and kept below the home folder when absent. */
      hostKeyFiles: z.array(z.string()).default([]),
      /**
       * Names that clients know the gateway by. With any, the listener shows a host certificate for them, of the secret
       * `ssh-host-ca` or of an authority of its own below the home folder: see `proxy/known_hosts` there.
       */
      hostNames: z.array(z.string().min(1).max(253)).max(100).default([]),
      /** Milliseconds between questions whether a client is still there; after three without an answer it is gone. */
      keepaliveMillis: z.int().min(1_000).max(3_600_000).default(30_000),
    })
    .prefault({}),
  postgres: address(7432)
    .extend({
      /** Certificate and key files (PEM); issued by a local CA below the home folder when absent. */
      tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).optional(),
      /** Names and addresses that a locally issued certificate is good for. */
      names: z.array(z.string()).default(['localhost', '127.0.0.1', '::1']),
    })
    .prefault({}),
  /** How long running sessions may go on when the gateway is asked to stop. Milliseconds. */
  graceMillis: z.int().min(0).default(2_000),
});

export type ProxyConfig = z.infer<typeof proxyConfigSchema>;
