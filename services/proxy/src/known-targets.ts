import { resourceNamed, type World } from '@inland/residency';
import type { ResolvedTarget, TargetLogin } from './pipeline/gateway.ts';
import { sessionCertificate } from './session-certificate.ts';
import type { SshAuthority } from './ssh-authority.ts';

/** Finds where a target is and what opens it, from the rules as they are now and the secrets as they are now. */
export class KnownTargets {
  readonly #world: () => World;
  readonly #secrets: (path: string) => Promise<string>;
  readonly #userAuthority: () => Promise<SshAuthority>;

  constructor(
    world: () => World,
    secrets: (path: string) => Promise<string>,
    userAuthority: () => Promise<SshAuthority>,
  ) {
    this.#world = world;
    this.#secrets = secrets;
    this.#userAuthority = userAuthority;
  }

  regionOf(name: string): string | undefined {
    return resourceNamed(this.#world(), 'Target', name)?.spec.region;
  }

  /** Undefined when there is no such target or login, or its secret cannot be read. `judged`: its address. */
  async resolve(
    name: string,
    login: string,
    session: { readonly id: string; readonly subject: string },
    judged?: string,
  ): Promise<ResolvedTarget | undefined> {
    const target = resourceNamed(this.#world(), 'Target', name);
    const account = target?.spec.logins.find((one) => one.name === login);
    if (target === undefined || account === undefined) return undefined;
    const opens = await this.#open(account, session);
    if (opens === undefined) return undefined;
    const { address, region, hostKeys = [], tls } = target.spec;
    const { host, port } = hostAndPort(address);
    const { ca, serverName, mode = 'verify-full' } = tls ?? {};
    return {
      name,
      region,
      host,
      port,
      ...(judged === undefined ? {} : { address: judged }),
      hostKeys,
      login: opens,
      tls: {
        mode,
        ...(ca === undefined ? {} : { ca }),
        ...(serverName === undefined ? {} : { serverName }),
      },
    };
  }

  async #open(
    account: {
      readonly name: string;
      readonly secret?: string | undefined;
      readonly permit?: readonly string[] | undefined;
    },
    session: { readonly id: string; readonly subject: string },
  ): Promise<TargetLogin | undefined> {
    const { name, secret, permit = [] } = account;
    if (secret === undefined) {
      const authority = await this.#userAuthority().catch(() => undefined);
      return authority && sessionCertificate(authority, { login: name, session, permit, now: new Date() });
    }
    const text = await this.#secrets(secret).catch(() => undefined);
    return text === undefined || text === '' ? undefined : loginWith(name, text);
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
