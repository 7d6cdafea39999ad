import { Fault } from '@inland/kernel';

const account = /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)/;
const notNow = /^(LOADING|MASTERDOWN|READONLY|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF|OOM|NOREPLICAS|UNBLOCKED)\b/;

/**
 * A fault for what Redis or the connection to it said. Replies may quote what was sent, and the client's errors carry whole
 * commands, so neither message nor cause is passed on: only the code at its start.
 *
 * @param where host and port, for the person who reads it
 */
export function redisFault(caught: unknown, where: string): Fault {
  if (caught instanceof Fault) return caught;
  const { name, message, code } = caught as {
    readonly name?: unknown;
    readonly message?: unknown;
    readonly code?: unknown;
  };
  const text = typeof message === 'string' ? message : '';
  const word = /^[A-Z]+/.exec(text)?.[0] ?? 'no code';
  if (text === 'Command timed out') return new Fault('timeout', `Redis at ${where} did not answer in time`);
  if (account.test(text)) return new Fault('misconfigured', `Redis at ${where} does not accept this account (${word})`);
  if (notNow.test(text)) return new Fault('unavailable', `Redis at ${where} cannot do this now (${word})`);
  if (name === 'ReplyError') return new Fault('internal', `Redis at ${where} refused a command (${word})`);
  const why = typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'no connection';
  return new Fault('unavailable', `Redis at ${where} cannot be reached (${why})`);
}
