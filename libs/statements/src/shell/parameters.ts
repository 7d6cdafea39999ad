import { split, unknown, unknownWords } from './marks.ts';
import type { Scope, Values } from './scope.ts';

/** Numbers, and what the system sets to one word. */
const oneWord = /^(USER|LOGNAME|HOSTNAME|UID|EUID|PPID|RANDOM|SRANDOM|SECONDS|LINENO|EPOCH\w+|[?#$!_-])$/;
/** Folders: what they are is not known, but that they are no `/dev/tcp`. */
const folder = /^(HOME|PWD|OLDPWD)$/;
const longest = 4_096;

/** The values of a variable or an argument; arrays have their elements with `split` between. */
export function parameter(name: string, scope: Scope): Values {
  const { args } = scope;
  if (/^\d+$/.test(name)) return args === undefined ? [unknownWords] : [args[Number(name)] ?? ''];
  if (name === '@' || name === '*') return args === undefined ? [unknownWords] : [args.slice(1).join(split)];
  if (name === '#' && args !== undefined) return [String(args.length - 1)];
  return scope.get(name) ?? [folder.test(name) ? `/~${unknown}` : oneWord.test(name) ? unknown : unknownWords];
}

/** `${name…}` of the kinds whose value can be told; `word` is what stands after the operator. */
export function expansionOf(text: string, scope: Scope, word: () => Values): Values {
  const found = /^\$\{(!?)([A-Za-z_]\w*|\d+|[@*#?!$_-])(?:\[([^\]]*)\])?([^]*)\}$/.exec(text);
  if (found === null) return [unknownWords];
  const [, indirect, name = '', index, rest = ''] = found;
  let values = parameter(name, scope);
  if (indirect === '!') {
    if (rest !== '' || index !== undefined) return [unknownWords];
    values = values.flatMap((value) => (/^\w+$/.test(value) ? parameter(value, scope) : [unknownWords]));
  }
  if (index !== undefined || values.some((value) => value.includes(split)))
    values = values.map((value) => element(value, index ?? (name === '@' || name === '*' ? '@' : '0')));
  if (rest === '') return values;
  const given = changed(values, rest, word, scope.get(name) !== undefined);
  if (/^:?=/.test(rest) && /^[A-Za-z_]/.test(name)) scope.set(name, given);
  return given;
}

function element(value: string, index: string): string {
  if (index === '@' || index === '*') return value;
  if (!/^-?\d+$/.test(index)) return unknownWords;
  return value.split(split).at(Number(index)) ?? '';
}

function changed(values: Values, rest: string, word: () => Values, isSet: boolean): Values {
  const operator = /^(:?[-=+?]|:|\/\/?[#%]?|\^\^?|,,?|##?|%%?|@)/.exec(rest)?.[0] ?? '';
  const after = rest.slice(operator.length);
  switch (operator) {
    case ':-':
    case '-':
    case ':=':
    case '=':
      return isSet ? values.flatMap((value) => (value === '' ? ['', ...word()] : [value])) : [...values, ...word()];
    case ':+':
    case '+':
      return isSet ? word() : ['', ...word()];
    case ':?':
    case '?':
      return values;
    case ':':
      return each(values, (value) => slice(value, after));
    case '^^':
      return each(values, (value) => (after === '' ? value.toUpperCase() : undefined));
    case ',,':
      return each(values, (value) => (after === '' ? value.toLowerCase() : undefined));
    case '/':
    case '//':
      return each(values, (value) => replaced(value, after, operator === '//'));
    case '#':
    case '##':
    case '%':
    case '%%':
      return each(values, (value) => trimmed(value, after, operator));
    default:
      return [unknownWords];
  }
}

function each(values: Values, change: (value: string) => string | undefined): Values {
  return values.map((value) =>
    value.includes(unknown) || value.includes(unknownWords) || value.length > longest
      ? unknownWords
      : (change(value) ?? unknownWords),
  );
}

function slice(value: string, bounds: string): string | undefined {
  const found = /^\s*(\d+|\s-\d+|\(-\d+\))(?::\s*(-?\d+))?$/.exec(bounds);
  if (found === null) return undefined;
  const from = Number((found[1] ?? '').replace(/[()\s]/g, ''));
  const start = from < 0 ? value.length + from : from;
  if (found[2] === undefined) return value.slice(start);
  const length = Number(found[2]);
  return length < 0 ? value.slice(start, length) : value.slice(start, start + length);
}

function replaced(value: string, after: string, all: boolean): string | undefined {
  if (!/^[\w.:@ -]+(\/[\w.:@ -]*)?$/.test(after)) return undefined;
  const [pattern = '', by = ''] = after.split('/');
  return all ? value.replaceAll(pattern, () => by) : value.replace(pattern, () => by);
}

/** What is left when the shortest or longest match is taken from one end. */
function trimmed(value: string, pattern: string, operator: string): string | undefined {
  if (!/^[\w.:@/*?-]*$/.test(pattern) || value.length > 256) return undefined;
  const source = pattern.replace(/[.]/g, '\\.').replace(/\*+/g, '.*').replace(/\?/g, '.');
  if ((source.match(/\*/g)?.length ?? 0) > 3) return undefined;
  const whole = new RegExp(`^${source}$`, 's');
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (operator.length === 2) lengths.reverse();
  for (const length of lengths) {
    if (operator.startsWith('#') && whole.test(value.slice(0, length))) return value.slice(length);
    const kept = value.length - length;
    if (operator.startsWith('%') && whole.test(value.slice(kept))) return value.slice(0, kept);
  }
  return value;
}
