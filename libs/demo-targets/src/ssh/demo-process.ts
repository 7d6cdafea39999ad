import { spawn, type ChildProcess } from 'node:child_process';
import type { ServerChannel } from 'ssh2';

export interface ProcessRequest {
  readonly channel: ServerChannel;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs a command without a terminal, as sshd does: standard streams apart, its status or signal at the end. */
export function runProcess({ channel, command: [file, ...args], cwd, environment }: ProcessRequest): ChildProcess {
  const child = spawn(file, args, { cwd, env: environment, stdio: 'pipe', detached: true });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('error', (error) => {
    channel.stderr.write(`${file}: ${error.message}\n`);
    channel.exit(127);
    channel.end();
  });
  child.on('close', (status, signal) => {
    channel.stderr.end(() => {
      if (status === null) channel.exit((signal ?? 'SIGKILL').replace(/^SIG/, ''), false, '');
      else channel.exit(status);
      channel.end();
    });
  });
  channel.on('close', () => endGroup(child, 'SIGHUP'));
  return child;
}

/** Signals a process and what it started. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // it ended in between
  }
}
