import type { Client } from 'ssh2';
import type { Denial, GatewaySession } from '../pipeline/gateway.ts';

/** The way to the target, once it is decided; or why there is none. */
export type OpenedWay =
  | { readonly kind: 'open'; readonly session: GatewaySession; readonly target: Client }
  | { readonly kind: 'refused'; readonly denial: Denial };
