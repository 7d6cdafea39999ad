export interface RegressionServer {
  readonly port: number;
  readonly password: string;
  /** A connection string without a database. */
  readonly direct: string;
  /** The names of the suite's tests, in their order. */
  readonly schedule: readonly string[];
  newDatabase(name: string): void;
  dropRoles(): void;
  /** What psql prints, running one test of the suite. */
  run(name: string, connection: string, database: string): Promise<string>;
  /** What a test may print, by the suite. */
  expected(name: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export function installRegression(): Promise<void>;
export function startRegression(options: {
  readonly tls: { readonly key: string; readonly cert: string };
}): Promise<RegressionServer>;
