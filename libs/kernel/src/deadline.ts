import { Fault } from './fault.ts';

/** Awaits `work`, but at most `millis`; then rejects with a `timeout` fault that says `what` took too long. */
export async function withDeadline<T>(work: Promise<T>, millis: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault('timeout', `${what} did not finish within ${millis} ms`)), millis);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
