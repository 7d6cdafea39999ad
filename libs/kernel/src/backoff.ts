export interface BackoffOptions {
  readonly initialMillis: number;
  readonly maxMillis: number;
  /** 0 gives exact doubling (for tests); 1 spreads each wait over the whole interval (full jitter). */
  readonly jitter?: number;
}

/** The wait before attempt `attempt` (0 is the first retry): doubling, capped, with jitter. Milliseconds. */
export function backoffMillis(attempt: number, options: BackoffOptions, random: () => number = Math.random): number {
  const ceiling = Math.min(options.maxMillis, options.initialMillis * 2 ** Math.min(attempt, 30));
  const jitter = options.jitter ?? 0.5;
  return ceiling * (1 - jitter) + ceiling * jitter * random();
}
