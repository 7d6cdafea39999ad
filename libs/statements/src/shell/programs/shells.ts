import type { Call } from '../program.ts';
import { optionsOf } from '../options.ts';

/** `sh -c text`, a text from a pipe, a file of commands, or a shell to type in. */
export function shellProgram({ args, stdin, scope, findings, shell, name }: Call): string | undefined {
  if (args.some((arg) => /^--(version|help)$/.test(arg))) return undefined;
  const first = args.findIndex((arg) => !/^[-+]/.test(arg));
  const flags = args.slice(0, first < 0 ? args.length : first);
  const command = flags.some((flag) => /^-[a-zA-Z]*c/.test(flag));
  const { operands } = optionsOf(args, { valued: '-o -O +o +O --rcfile --init-file', leading: true });
  if (flags.some((flag) => /^--(rcfile|init-file)/.test(flag))) findings.unproven('program_from_data');
  if (command) {
    const [text, ...given] = operands;
    return text === undefined ? undefined : shell(text, stdin, scope.copy([given[0] ?? name, ...given.slice(1)]));
  }
  if (operands.length > 0 && !flags.some((flag) => /^-\w*s/.test(flag))) findings.unproven('program_from_data');
  else if (stdin.kind === 'text') return shell(stdin.text);
  else findings.unproven(stdin.kind === 'data' ? 'program_from_data' : 'interactive');
  return undefined;
}
