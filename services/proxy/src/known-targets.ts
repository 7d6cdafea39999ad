import { resourceNamed, type World } from '@inland/residency';
import type { ResolvedTarget, TargetLogin } from './pipeline/gateway.ts';

/** Finds where a target is and what opens it, from the rules as they are now and the secrets as they are now. */
export class KnownTargets {
  readonly #world: () => World;
  readonly #secrets: (path: string) => Promise<string>;

  constructor(world: () => World, secrets: (path: string) => Promise<string>) {
    this.#world = world;
    this.#secrets = secrets;
  }

  regionOf(name: string): string | undefined {
    return resourceNamed(this.#world(), 'Target', name)?.spec.region;
  }

  /** Undefined when there is no such target or login, or its secret cannot be read. */
  async resolve(name: string, login: string): Promise<ResolvedTarget | undefined> {
    const target = resourceNamed(this.#world(), 'Target', name);
    const account = target?.spec.logins.find((one) => one.name === login);
    if (target === undefined || account === undefined) return undefined;
    const secret = await this.#secrets(account.secret).catch(() => undefined);
    if (secret === undefined || secret === '') return undefined;
    const { address, region, hostKeys = [], tls } = target.spec;
    const { host, port } = hostAndPort(address);
    const { ca, serverName, mode = 'verify-full' } = tls ?? {};
    return {
      name,
      region,
      host,
      port,
      hostKeys,
      login: loginWith(login, secret),
      tls: {
        mode,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { serverName }),
      },
    };
  }
}

/** A secret that is a private key opens by key, any other is a password. */
function loginWith(name: string, secret: string): TargetLogin {
  return secret.startsWith('-----BEGIN ') ? { name, privateKey: secret } : { name, password: secret };
}

/** `host:port` or `[address]:port`, as the resource's schema has let it through. */
function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
