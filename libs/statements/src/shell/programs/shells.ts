import type { Call } from '../program.ts';

/** `sh -c text`, a text from a pipe, a file of commands, or a shell to type in. */
export function shellProgram({ args, stdin, scope, findings, shell, name }: Call): string | undefined {
  if (args.some((arg) => /^--(version|help)$/.test(arg))) return undefined;
  const flags: string[] = [];
  let at = 0;
  for (; /^[-+]./.test(args[at] ?? ''); at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at += 1;
      break;
    }
    flags.push(arg);
    if (/^([-+][a-zA-Z]*[oO]|--rcfile|--init-file)$/.test(arg)) at += 1;
  }
  const operands = args.slice(at);
  const command = flags.some((flag) => /^-[a-zA-Z]*c/.test(flag));
  if (flags.some((flag) => /^--(rcfile|init-file)/.test(flag))) findings.unproven('program_from_data');
  if (command) {
    const [text, ...given] = operands;
    return text === undefined ? undefined : shell(text, stdin, scope.copy([given[0] ?? name, ...given.slice(1)]));
  }
  const typed = operands.length === 0 || operands[0] === '/dev/stdin' || flags.some((flag) => /^-\w*s/.test(flag));
  const given = operands.filter((one) => one !== '--' && one !== '/dev/stdin');
  if (!typed) findings.unproven('program_from_data');
  else if (stdin.kind === 'text') return shell(stdin.text, undefined, scope.copy([name, ...given]));
  else findings.unproven(stdin.kind === 'data' ? 'program_from_data' : 'interactive');
  return undefined;
}
