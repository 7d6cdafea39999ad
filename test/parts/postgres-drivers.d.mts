export function installPostgresDrivers(): void;
/** The programs of test/parts/postgres-drivers, by the driver that they use. */
export const driverNames: readonly string[];
export function runDriver(
  name: string,
  to: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  },
): Promise<{ readonly status: number | null; readonly output: string; readonly errors: string }>;
