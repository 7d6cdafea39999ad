import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2';
import { endGroup, runProcess } from './demo-process.ts';
import { openTerminal, type DemoTerminal } from './demo-terminal.ts';
import { SftpFolder } from './sftp-folder.ts';

const shell = existsSync('/bin/bash') ? (['/bin/bash', '--noprofile', '--norc'] as const) : (['/bin/sh'] as const);
const signals = new Set(['HUP', 'INT', 'QUIT', 'TERM', 'KILL', 'USR1', 'USR2', 'ABRT', 'ALRM', 'PIPE']);

/** One session channel: a command, a shell or SFTP, in the home folder and with a small environment. */
export function serveDemoSession(session: Session, login: string, home: string): void {
  const environment: Record<string, string> = {
    HOME: home,
    USER: login,
    LOGNAME: login,
    SHELL: shell[0],
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    PS1: `${login}@build-eu:\\W$ `,
  };
  let size: PseudoTtyInfo | undefined;
  let terminal: DemoTerminal | undefined;
  let child: ChildProcess | undefined;

  const run = (channel: ServerChannel, command: readonly [string, ...string[]]): void => {
    channel.on('error', () => undefined);
    if (size === undefined) {
      child = runProcess({ channel, command, cwd: home, environment });
      return;
    }
    openTerminal({ channel, command, cwd: home, environment, size }).then(
      (opened) => (terminal = opened),
      (error: Error) => {
        channel.stderr.write(`${error.message}\r\n`);
        channel.exit(69);
        channel.end();
      },
    );
  };

  session.on('env', (accept, _reject, { key, val }) => {
    if (/^(LANG|LC_[A-Z]+|TERM)$/.test(key)) environment[key] = val;
    accept?.();
  });
  session.on('pty', (accept, _reject, info) => {
    size = info;
    environment.TERM = (info as { term?: string }).term ?? 'xterm-256color';
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    terminal?.resize(info);
    accept?.();
  });
  session.on('signal', (accept, _reject, { name }) => {
    const known = signals.has(name);
    if (known) terminal?.kill(`SIG${name}`);
    if (known && child !== undefined) endGroup(child, `SIG${name}` as NodeJS.Signals);
    accept?.();
  });
  session.on('exec', (accept, _reject, { command }) => run(accept(), ['/bin/sh', '-c', command]));
  session.on('shell', (accept) => run(accept(), shell));
  session.on('sftp', (accept) => new SftpFolder(accept(), home));
}
