import { ansiC } from '../escapes.ts';
import { assignment } from '../environment.ts';
import { isKnown, unknown } from '../marks.ts';
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
  ...named('source .', ({ args, findings }) => {
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
  ...named('set', ({ args, scope, findings }) => {
    // New arguments: what `$1` is then is not followed.
    if (args.some((arg) => !/^[-+]/.test(arg)) && scope.args !== undefined) findings.unproven('program_from_data');
    return '';
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

function reads({ name, args, stdin, scope, assign }: Call): string | undefined {
  const { operands, value } = optionsOf(args, { valued: '-a -d -i -n -N -p -t -u -O -s_ -c -C' });
  const text = stdin.kind === 'text' ? stdin.text.split('\n')[0] : undefined;
  const names = [...operands, ...(value('-a') === undefined ? [] : [value('-a') ?? ''])];
  const [only = name === 'read' ? 'REPLY' : 'MAPFILE'] = names;
  if (
    names.length <= 1 &&
    name === 'read' &&
    text !== undefined &&
    value('-a', '-d', '-n') === undefined &&
    !text.includes('\\')
  )
    assign(only, text.trim());
  else for (const each of names.length === 0 ? [only] : names) scope.set(each, [unknown]);
  return '';
}
