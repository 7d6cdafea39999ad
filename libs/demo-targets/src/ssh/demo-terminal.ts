import { Fault } from '@inland/kernel';
import type { IPty } from '@lydell/node-pty';
import type { PseudoTtyInfo, ServerChannel, WindowChangeInfo } from 'ssh2';

export interface TerminalRequest {
  readonly channel: ServerChannel;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly size: PseudoTtyInfo;
}

export interface DemoTerminal {
  resize(size: WindowChangeInfo): void;
  kill(signal: string): void;
}

/** Runs a command on a pseudo-terminal. Faults with `unavailable` when this machine cannot make one. */
export async function openTerminal(request: TerminalRequest): Promise<DemoTerminal> {
  const { channel } = request;
  const pty = await spawn(request);
  pty.onData((data) => {
    if (channel.write(data as unknown as Buffer)) return;
    pty.pause();
    channel.once('drain', () => pty.resume());
  });
  channel.on('data', (data: Buffer) => pty.write(data as unknown as string));
  let over = false;
  pty.onExit(({ exitCode, signal }) => {
    over = true;
    if (signal) channel.exit('HUP', false, '');
    else channel.exit(exitCode);
    channel.end();
  });
  channel.on('close', () => {
    if (!over) pty.kill('SIGHUP');
  });
  return {
    resize: ({ cols, rows }) => {
      if (!over && cols > 0 && rows > 0) pty.resize(cols, rows);
    },
    kill: (signal) => {
      if (!over) pty.kill(signal);
    },
  };
}

async function spawn({ command: [file, ...args], cwd, environment, size }: TerminalRequest): Promise<IPty> {
  try {
    const { spawn } = await import('@lydell/node-pty');
    return spawn(file, args, {
      name: 'xterm-256color',
      cols: size.cols > 0 ? size.cols : 80,
      rows: size.rows > 0 ? size.rows : 24,
      cwd,
      env: environment,
      encoding: null,
    });
  } catch (error) {
    throw new Fault('unavailable', 'this machine cannot make a pseudo-terminal; commands without one work', {
      cause: error,
    });
  }
}
