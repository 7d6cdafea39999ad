import type { ServerChannel } from 'ssh2';
import { denialText, type Denial } from '../pipeline/gateway.ts';
import { isOver } from './write-to.ts';

/** What `ssh` exits with when Inland refuses: `EX_NOPERM` of sysexits(3). */
export const refusedExitStatus = 77;

/** Says why on standard error, and ends the channel: `ssh`, `scp` and `sftp` all show it. */
export function refuseChannel(channel: ServerChannel, denial: Denial, terminal: boolean): void {
  endChannel(channel, { text: denialText(denial), terminal, exitStatus: refusedExitStatus });
}

export function endChannel(
  channel: ServerChannel,
  end: { readonly text: string; readonly terminal: boolean; readonly exitStatus: number },
): void {
  if (isOver(channel) || channel.writableEnded) return;
  const text = `${end.text}\n`;
  // With a terminal there is one stream, and a line ends with both characters.
  if (end.terminal) channel.write(text.replaceAll('\n', '\r\n'));
  else channel.stderr.write(text);
  channel.exit(end.exitStatus);
  channel.end();
}

/** Says a line on standard error; with a terminal there is one stream. */
export function sayOn(channel: ServerChannel, text: string, terminal: boolean): void {
  if (isOver(channel) || channel.writableEnded) return;
  if (terminal) channel.write(`${text}\r\n`);
  else channel.stderr.write(`${text}\n`);
}

/** A refusal in one line, for where a protocol has room for one. */
export function denialLine({ message, rule, code, requestId }: Denial): string {
  return `Inland refused this: ${message}${rule === '' ? '' : ` (rule ${rule})`} [${code}], request ${requestId}`;
}
