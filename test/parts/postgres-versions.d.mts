/** Majors that {@link startVersion} runs. */
export declare const versions: readonly string[];

/** Installs the servers that are missing; throws when one cannot be had. */
export declare function installPostgresVersions(): void;

export interface VersionServer {
  readonly port: number;
  /** Of the role `postgres`. */
  readonly password: string;
  stop(): Promise<void>;
}

/** A server of a version, with this certificate, on 127.0.0.1. */
export declare function startVersion(
  version: string,
  options: { readonly tls: { readonly key: string; readonly cert: string } },
): Promise<VersionServer>;
