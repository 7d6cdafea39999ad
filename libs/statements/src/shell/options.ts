import { isKnown, unknownWords } from './marks.ts';

/** The options of a command, and its operands: what is no option. */
export interface Options {
  readonly operands: readonly string[];
  /** The last value of any of these, written as `-o` or `--name`. */
  value(...names: string[]): string | undefined;
  values(...names: string[]): readonly string[];
  has(...names: string[]): boolean;
  /** A word may be several, or none: what it is cannot be told. */
  readonly blurred: boolean;
}

export interface OptionRules {
  /** Options that have a value, separated by blanks: `-o --output`. */
  readonly valued?: string;
  /** Long options are written with one dash too: `-name value`. */
  readonly singleDash?: boolean;
  /** Options end at the first operand. */
  readonly leading?: boolean;
}

/** Reads `-abc`, `-ovalue`, `-o value`, `--name value`, `--name=value` and `--`. */
export function optionsOf(
  args: readonly string[],
  { valued = '', singleDash = false, leading = false }: OptionRules = {},
): Options {
  const takes = new Set(valued.split(/\s+/));
  const found: (readonly [string, string])[] = [];
  const operands: string[] = [];
  let at = 0;
  const next = () => args[(at += 1)] ?? '';
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--') || (singleDash && /^-./.test(arg))) {
      const equals = arg.indexOf('=');
      if (equals > 0) found.push([arg.slice(0, equals), arg.slice(equals + 1)]);
      else found.push([arg, takes.has(arg) ? next() : '']);
    } else if (/^-./.test(arg)) {
      for (let letter = 1; letter < arg.length; letter += 1) {
        const name = `-${arg[letter] ?? ''}`;
        if (!takes.has(name)) found.push([name, '']);
        else {
          found.push([name, letter + 1 < arg.length ? arg.slice(letter + 1) : next()]);
          break;
        }
      }
    } else if (leading) {
      operands.push(...args.slice(at));
      break;
    } else operands.push(arg);
  }
  const values = (...names: string[]) => found.filter(([name]) => names.includes(name)).map(([, value]) => value);
  return {
    operands,
    values,
    value: (...names) => values(...names).at(-1),
    has: (...names) => found.some(([name]) => names.includes(name)),
    blurred: args.some((arg) => arg.includes(unknownWords)) || operands.some((one) => !isKnown(one.slice(0, 1))),
  };
}
