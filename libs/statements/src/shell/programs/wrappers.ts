import { assignment } from '../environment.ts';
import { unknown, unknownWords } from '../marks.ts';
import { named, type Call, type Program, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';

/** Programs that run another one. */
export const wrapperPrograms: Programs = {
  ...named('sudo doas', sudo),
  ...named('env', env),
  ...named(
    'nohup setsid unbuffer catchsegv eatmydata dbus-run-session torsocks_ coproc builtin fakeroot linux32 linux64',
    after(''),
  ),
  ...named('time', after('-o -f --output --format')),
  ...named('nice', after('-n --adjustment')),
  ...named('ionice', after('-c -n -t --class --classdata')),
  ...named('stdbuf', after('-i -o -e --input --output --error')),
  ...named('strace ltrace', after('-e -o -p -s -u -a -E -I -O -S -P -X')),
  ...named('command', ({ args, run, stdin }) => {
    const { operands, has } = optionsOf(args, { leading: true });
    return has('-v', '-V') ? undefined : run(operands, stdin);
  }),
  ...named('exec', after('-a')),
  ...named('busybox toybox', ({ args, run, stdin }) =>
    (args[0] ?? '--').startsWith('--') ? undefined : run(args, stdin),
  ),
  ...named('timeout', after('-s -k --signal --kill-after', 1)),
  ...named('chroot', after('--userspec --groups', 1)),
  ...named('taskset', after('', 1)),
  ...named('setarch', after('', 1)),
  ...named('chpst softlimit setpriv prlimit_ numactl', after('-u -U -g -b -/ --reuid --regid --groups')),
  ...named('unshare nsenter', after('-t --target -S -G --setuid --setgid -r_')),
  ...named('caffeinate cpulimit', after('-t -w -l')),
  ...named(
    'systemd-run',
    after(
      '-p -u -M -H --unit --property --uid --gid --slice --description --on-calendar --on-active --working-directory -E --setenv',
    ),
  ),
  ...named('systemd-inhibit', after('--what --who --why --mode')),
  ...named('ssh-agent', ({ args, run }) => {
    const { operands } = optionsOf(args, { valued: '-a -t -E', leading: true });
    return operands.length === 0 ? undefined : run(operands);
  }),
  ...named('flock', ({ args, run, shell, stdin }) => {
    const { operands } = optionsOf(args, { valued: '-w -E --timeout --wait --conflict-exit-code', leading: true });
    const [, ...command] = operands;
    return command[0] === '-c' ? shell(command[1] ?? '', stdin) : run(command, stdin);
  }),
  ...named('watch', ({ args, shell }) => {
    shell(optionsOf(args, { valued: '-n --interval -q', leading: true }).operands.join(' '));
    return undefined;
  }),
  ...named('su runuser', su),
  ...named('script', ({ args, shell, findings }) => {
    const { value, has } = optionsOf(args, { valued: '-c --command -E -I -O -B -T -o' });
    if (has('-c', '--command')) shell(value('-c', '--command') ?? '');
    else findings.unproven('interactive');
    return undefined;
  }),
  ...named('at batch', ({ args, stdin, shell, findings }) => {
    const { has } = optionsOf(args, { valued: '-f -q -t' });
    if (has('-l', '-r', '-d')) return undefined;
    if (stdin.kind === 'text' && !has('-f')) shell(stdin.text);
    else findings.unproven(has('-f') || stdin.kind === 'data' ? 'program_from_data' : 'interactive');
    return undefined;
  }),
  ...named('atq atrm', () => undefined),
  ...named('crontab', ({ args, findings }) => {
    const { has } = optionsOf(args, { valued: '-u' });
    if (!has('-l', '-r')) findings.unproven(has('-e') ? 'interactive' : 'program_from_data');
    return undefined;
  }),
  ...named('xargs', xargs),
  ...named('parallel', ({ args, shell }) => {
    const { operands } = optionsOf(args, {
      valued: '-j --jobs -N -n -S --sshlogin -a --arg-file --delay --retries --colsep -I',
      leading: true,
    });
    const to = operands.findIndex((one) => one.startsWith(':::'));
    const template = (to < 0 ? operands : operands.slice(0, to)).join(' ');
    shell(/\{[^}]*\}/.test(template) ? template.replace(/\{[^}]*\}/g, '$__') : `${template} $__`);
    return undefined;
  }),
  ...named('find', find),
  ...named('fd fdfind', ({ args, run, findings }) => {
    const at = args.findIndex((arg) => /^(-x|-X|--exec|--exec-batch)$/.test(arg));
    if (at >= 0) run(args.slice(at + 1).map((arg) => arg.replace(/\{[^}]*\}/g, unknown)));
    if (args.some((arg) => arg.includes(unknownWords))) findings.unproven('program_from_data');
    return undefined;
  }),
  ...named('ip', ({ args, run }) => {
    const at = args.indexOf('exec');
    return at > 0 && /^n(et(ns?)?)?$/.test(args[at - 1] ?? '') ? run(args.slice(at + 2)) : undefined;
  }),
  ...named('screen tmux', ({ args, run, shell, findings }) => {
    const { operands, has } = optionsOf(args, { valued: '-S -t -L -c -f -s -n -x -y -h -p', leading: true });
    if (has('-ls', '-l') || /^(ls|list-\w+|kill-\w+|has-session|rename-\w+)$/.test(operands[0] ?? '')) return undefined;
    const [first, ...rest] = operands;
    const command = /^(new(-session|-window)?|neww|split-window|run-shell)$/.test(first ?? '')
      ? optionsOf(rest, { valued: '-s -n -c -t -F -x -y -e', leading: true }).operands
      : operands;
    if (command.length === 0) findings.unproven('interactive');
    else if (command.length === 1) shell(command[0] ?? '');
    else run(command);
    if (/^(send(-keys)?|attach\S*|a|at)$/.test(first ?? '')) findings.unproven('interactive');
    return undefined;
  }),
  ...named('proxychains proxychains4 torify torsocks tsocks', ({ args, run, findings }) => {
    findings.unproven('destination_from_data');
    return run(optionsOf(args, { valued: '-f', leading: true }).operands);
  }),
};

/** What stands after the options, and after so many operands. */
function after(valued: string, skipped = 0): Program {
  return ({ args, run, stdin }) => run(optionsOf(args, { valued, leading: true }).operands.slice(skipped), stdin);
}

function sudo({ args, run, findings, shell, stdin, assign, scope }: Call): string | undefined {
  const valued =
    '-u -g -h -p -C -r -t -T -U -D -R -c --user --group --host --prompt --chdir --role --type --other-user';
  const { operands, has, blurred, value } = optionsOf(args, { valued, leading: true });
  if (value('-h', '--host')) findings.host(value('-h', '--host') ?? '', 'sudo');
  if (blurred && operands[0]?.includes(unknownWords) === true) findings.unproven('program_from_data');
  if (has('-l', '-v', '-k', '-K', '--list', '--validate')) return undefined;
  if (has('-e', '--edit')) findings.unproven('interactive');
  const command = afterAssignments(operands, assign);
  if (command.length === 0) {
    if (has('-s', '-i', '--shell', '--login'))
      findings.unproven(stdin.kind === 'none' ? 'interactive' : 'program_from_data');
    return undefined;
  }
  return has('-s', '-i', '--shell', '--login') ? shell(command.join(' '), stdin, scope.copy()) : run(command, stdin);
}

function env({ args, run, shell, stdin, assign }: Call): string | undefined {
  const { operands, value, has } = optionsOf(args, {
    valued: '-u --unset -C --chdir -S --split-string',
    leading: true,
  });
  if (has('-S', '--split-string')) return shell([value('-S', '--split-string') ?? '', ...operands].join(' '), stdin);
  return run(afterAssignments(operands[0] === '-' ? operands.slice(1) : operands, assign), stdin);
}

function afterAssignments(words: readonly string[], assign: Call['assign']): readonly string[] {
  let at = 0;
  for (let found = assignment(words[at] ?? ''); found !== undefined; found = assignment(words[at] ?? '')) {
    assign(found.name, found.value);
    at += 1;
  }
  return words.slice(at);
}

function su({ args, run, shell, stdin, findings }: Call): string | undefined {
  const { value, has, operands } = optionsOf(args, { valued: '-c --command -s --shell -g -G -u --user --group' });
  if (has('-c', '--command')) return shell(value('-c', '--command') ?? '', stdin);
  if (has('-u', '--user') && operands.length > 0) return run(operands, stdin);
  if (stdin.kind === 'text') return shell(stdin.text);
  findings.unproven(stdin.kind === 'data' ? 'program_from_data' : 'interactive');
  return undefined;
}

function xargs({ args, run, stdin }: Call): string | undefined {
  const valued = '-I -n -P -L -d -E -s -a -i_ --max-args --max-procs --replace --delimiter --arg-file --max-lines';
  const { operands, value, has } = optionsOf(args, { valued, leading: true });
  const command = operands.length === 0 ? ['echo'] : operands;
  const replaced = value('-I', '--replace') ?? (has('-i') ? '{}' : undefined);
  if (replaced !== undefined && replaced !== '') {
    const by = stdin.kind === 'text' && !has('-a') && !/\n[^]/.test(stdin.text) ? stdin.text.trim() : unknown;
    return run(command.map((word) => word.replaceAll(replaced, () => by)));
  }
  const plain = stdin.kind === 'text' && !has('-a', '-d', '-0', '-n', '-L') && !/["'\\]/.test(stdin.text);
  const added = plain ? stdin.text.split(/\s+/).filter((word) => word !== '') : [unknownWords];
  return run([...command, ...added]);
}

function find({ args, run, findings }: Call): string | undefined {
  if (args.some((arg) => arg.includes(unknownWords))) findings.unproven('program_from_data');
  for (let at = 0; at < args.length; at += 1) {
    if (!/^-(exec|execdir|ok|okdir)$/.test(args[at] ?? '')) continue;
    const end = args.findIndex(
      (arg, index) => index > at && (arg === ';' || (arg === '+' && args[index - 1] === '{}')),
    );
    const command = args.slice(at + 1, end < 0 ? args.length : end);
    run(command.map((word) => word.replaceAll('{}', unknown)));
    at = end < 0 ? args.length : end;
  }
  return undefined;
}
