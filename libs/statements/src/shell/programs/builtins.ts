import { ansiC } from '../escapes.ts';
import { assignment } from '../environment.ts';
import { written } from '../lasting-files.ts';
import { isKnown, split, unknown, unknownWords } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { shellProgram } from './shells.ts';

/** Commands that a shell does itself. */
export const builtinPrograms: Programs = {
  ...named('echo', ({ args }) => echo(args)),
  ...named('printf', (call) => printf(call)),
  ...named('cat', ({ args, stdin }) => {
    const files = args.filter((arg) => arg !== '-');
    return files.length === 0 && stdin.kind === 'text' ? stdin.text : undefined;
  }),
  ...named('eval', ({ args, shell, scope, stdin }) =>
    shell(args.filter((arg) => arg !== '--').join(' '), stdin, scope),
  ),
  ...named('source .', ({ args, findings, stdin, shell, scope }) => {
    if (args[0] === '/dev/stdin' && stdin.kind === 'text') return shell(stdin.text, undefined, scope);
    if (args.length > 0) findings.unproven('program_from_data');
    return undefined;
  }),
  ...named('trap', ({ args, shell }) => {
    const [text] = args.filter((arg) => arg !== '--');
    return text === undefined || /^(-.*|\d+)?$/.test(text) ? undefined : shell(text);
  }),
  ...named('alias', alias),
  ...named('unalias', ({ args, scope }) => {
    for (const arg of args) scope.aliases.delete(arg);
    return undefined;
  }),
  ...named('read readarray mapfile', reads),
  ...named('export declare typeset local readonly', ({ args, assign }) => {
    for (const arg of args) {
      const found = assignment(arg);
      if (found !== undefined) assign(found.name, found.value);
    }
    return '';
  }),
  ...named('unset', ({ args, scope }) => {
    for (const arg of args) {
      scope.forget(arg);
      scope.functions.delete(arg);
    }
    return '';
  }),
  ...named('set', ({ args, scope }) => {
    const { operands } = optionsOf(args, { valued: '-o', leading: true });
    if (operands.length > 0 || args.includes('--'))
      scope.args = operands.some((one) => one.includes(unknownWords))
        ? undefined
        : [scope.args?.[0] ?? 'bash', ...operands];
    return '';
  }),
  ...named('shift', ({ args, scope }) => {
    const [count = '1'] = args;
    if (scope.args !== undefined)
      scope.args = /^\d+$/.test(count) ? [scope.args[0] ?? '', ...scope.args.slice(1 + Number(count))] : undefined;
    return '';
  }),
  ...named('complete compgen', ({ args, shell }) => {
    const { value } = optionsOf(args, { valued: '-C -F -W -A -G -P -S -X -o' });
    if (value('-C') !== undefined) shell(value('-C') ?? '');
    return undefined;
  }),
  ...named('{ } !', ({ args, run, stdin }) => run(args, stdin)),
  ...named('cp mv ln install tee dd touch', ({ name, args, findings }) => {
    const { operands, value, has } = optionsOf(args, {
      valued: '-t --target-directory -m -o -g -S --mode --owner --group --suffix --strip-program',
    });
    if (has('--strip-program') || args.some((arg) => /^-\w*D?.*strip-program/.test(arg)))
      findings.unproven('program_from_data');
    if (name === 'dd' && args.some((arg) => !isKnown(arg))) findings.unproven('destination_from_data');
    const to = value('-t', '--target-directory') ?? operands.at(-1) ?? '';
    const files =
      name === 'tee' || name === 'dd'
        ? operands.map((one) => one.replace(/^of=/, ''))
        : operands.slice(0, -1).map((one) => `${to.replace(/\/$/, '')}/${one.slice(one.lastIndexOf('/') + 1)}`);
    for (const file of [to, ...(name === 'ln' && operands.length === 1 ? [] : files)]) written(file, findings);
    return undefined;
  }),
  ...named('let', ({ args, scope }) => {
    for (const arg of args) scope.set(/^\w+/.exec(arg)?.[0] ?? '_', [unknown]);
    return '';
  }),
  ...named('shopt', () => ''),
  ...named('enable', ({ args, findings }) => {
    if (args.some((arg) => /^-\w*f/.test(arg))) findings.unproven('program_from_data');
    return '';
  }),
  ...named('bind', ({ args, findings }) => {
    if (args.some((arg) => arg !== '-p' && arg !== '-l')) findings.unproven('program_from_data');
    return '';
  }),
  ...named('sh bash dash zsh ksh mksh ash rbash fish tcsh csh', shellProgram),
};

function echo(args: readonly string[]): string | undefined {
  let at = 0;
  let flags = '';
  for (; /^-[neE]+$/.test(args[at] ?? ''); at += 1) flags += args[at] ?? '';
  const text = args.slice(at).join(' ');
  const escaped = flags.includes('e') ? ansiC(text) : text;
  return flags.includes('n') ? escaped : `${escaped}\n`;
}

function printf({ args, assign }: Call): string | undefined {
  const at = args[0] === '--' ? 1 : 0;
  if (args[at] === '-v') {
    assign(args[at + 1] ?? '_', formatted(args[at + 2] ?? '', args.slice(at + 3)) ?? unknown);
    return '';
  }
  return formatted(args[at] ?? '', args.slice(at + 1));
}

/** `%s` and `%b` alone; undefined for what else there is. */
function formatted(format: string, values: readonly string[]): string | undefined {
  const text = ansiC(format);
  const slots = text.match(/%[^%]/g) ?? [];
  if (slots.some((slot) => !/^%[sb]$/.test(slot))) return undefined;
  const left = [...values];
  let output = '';
  do
    output += text.replace(/%([sb%])/g, (_, kind) => {
      if (kind === '%') return '%';
      const value = left.shift() ?? '';
      return kind === 'b' ? ansiC(value) : value;
    });
  while (left.length > 0 && slots.length > 0 && output.length < 65_536);
  return output;
}

/** A line may use an alias only after the one that makes it: what it would do is said at once. */
function alias({ args, scope, shell }: Call): string | undefined {
  for (const arg of args) {
    const found = /^([^=]+)=([^]*)$/.exec(arg);
    if (found === null) continue;
    const [, name = '', text = ''] = found;
    if (isKnown(name)) scope.aliases.set(name, text);
    if (text.trim() !== '') shell(text, undefined, withoutAlias(scope, name));
  }
  return '';
}

function withoutAlias(scope: Call['scope'], name: string): Call['scope'] {
  const copy = scope.copy();
  copy.aliases.delete(name);
  return copy;
}

function reads({ name, args, stdin, scope, assign, shell }: Call): string | undefined {
  const { operands, value, has } = optionsOf(args, {
    valued: name === 'read' ? '-a -d -i -n -N -p -t -u' : '-d -n -O -s -u -C -c',
  });
  if (has('-C')) shell(value('-C') ?? '');
  const array = value('-a') ?? (name === 'read' ? undefined : (operands[0] ?? 'MAPFILE'));
  const names = array !== undefined ? [array] : operands.length === 0 ? ['REPLY'] : operands;
  const separators = scope.get('IFS') ?? [' \t\n'];
  const plain =
    stdin.kind === 'text' &&
    !has('-d', '-n', '-N', '-u', '-O') &&
    !stdin.text.includes('\\') &&
    separators.length === 1;
  if (!plain) {
    for (const each of names) scope.set(each, [unknown]);
    return '';
  }
  const [line = ''] = stdin.text.split('\n');
  const [separator = ''] = separators;
  if (name !== 'read') assign(names[0] ?? '', stdin.text.replace(/\n$/, '').split('\n').join(split));
  else if (array !== undefined) assign(array, separated(line, separator, Infinity).join(split));
  else separated(line, separator, names.length).forEach((part, at) => assign(names[at] ?? '', part));
  return '';
}

/** As read splits a line: the last part has all the rest. */
function separated(line: string, separator: string, count: number): readonly string[] {
  const parts: string[] = [];
  let rest = line.trim();
  while (parts.length < count - 1) {
    const at = [...rest].findIndex((sign) => separator.includes(sign));
    if (at < 0) break;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + 1).trimStart();
  }
  return [...parts, rest];
}
