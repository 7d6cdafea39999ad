import { Findings } from './findings.ts';
import { misreadBody, rawBody } from './here-document.ts';
import { written } from './lasting-files.ts';
import { isKnown, split, unknown, unknownWords } from './marks.ts';
import { assignment, settingOf } from './environment.ts';
import { dataStdin, noStdin, type Call, type Stdin } from './program.ts';
import { programNamed } from './programs/program-named.ts';
import { Scope } from './scope.ts';
import type { SyntaxNode, SyntaxTree } from './syntax-tree.ts';
import { arrayOf, textsOf, wordsOf } from './words.ts';

/** Undefined: it is too long, or too deeply nested. */
export type Parse = (text: string) => SyntaxTree | undefined;

const stepsMax = 3_000;
const nestedMax = 8;
const callsMax = 16;
/** Ways to read one command, when its variables may have several values. */
const waysMax = 32;
/** `a[$(…)]` is run wherever a number or a name of a variable is expected, and `${a@P}` runs what is in a. */
const runsWithin = /\w\[[^\]\n]*(?:\$\(|`)|\$\{[^}\n]*@P\}/;
const redirectTypes = new Set(['file_redirect', 'herestring_redirect', 'heredoc_redirect']);

/** Goes through a line as a shell would, without running anything, and notes where it leads. */
export class LineRun {
  readonly findings = new Findings();
  readonly #parse: Parse;
  #steps = 0;
  #nested = 0;
  #calls = 0;
  readonly #called = new Set<SyntaxNode>();
  readonly #defined = new Set<SyntaxNode>();

  constructor(parse: Parse) {
    this.#parse = parse;
  }

  /** All of a line. Functions that it makes and does not call may be called by the next one. */
  line(text: string): void {
    const scope = new Scope();
    this.text(text, scope, noStdin);
    for (const body of this.#defined)
      if (!this.#called.has(body)) this.#visit(body, new Scope(undefined, undefined, scope.functions), dataStdin);
  }

  /** A text that a shell would run. */
  text(text: string, scope: Scope, stdin: Stdin): string | undefined {
    if (!isKnown(text) || runsWithin.test(text)) this.findings.unproven('program_from_data');
    if (this.#nested >= nestedMax) return this.#gaveUp();
    const tree = this.#parse(text.replaceAll(unknown, '$_').replaceAll(unknownWords, '$_'));
    if (tree === undefined) return this.#gaveUp();
    if (!tree.whole) this.findings.unproven('unparsed');
    this.#nested += 1;
    const output = this.#visit(tree.root, scope, stdin);
    this.#nested -= 1;
    return output;
  }

  #gaveUp(): undefined {
    this.findings.unproven('too_long');
    return undefined;
  }

  #visit(node: SyntaxNode, scope: Scope, stdin: Stdin): string | undefined {
    this.#steps += 1;
    if (this.#steps > stepsMax) return this.#gaveUp();
    switch (node.type) {
      case 'command':
        return this.#command(node, [], scope, stdin);
      case 'redirected_statement':
        return this.#redirected(node, scope, stdin);
      case 'pipeline':
        return this.#pipeline(node, scope, stdin);
      case 'list':
        return this.#list(node, scope, stdin);
      case 'subshell':
        return this.#each(node.children, scope.copy(), stdin);
      case 'variable_assignment':
        this.#assignment(node, scope);
        return '';
      case 'declaration_command':
        this.#declaration(node, scope);
        return '';
      case 'unset_command':
        for (const child of node.children) if (child.named) scope.forget(child.text);
        return '';
      case 'if_statement':
        this.#if(node, scope, stdin);
        return undefined;
      case 'case_statement':
        this.#case(node, scope, stdin);
        return undefined;
      case 'while_statement':
        this.#while(node, scope, stdin);
        return undefined;
      case 'for_statement':
      case 'c_style_for_statement':
        this.#for(node, scope, stdin);
        return undefined;
      case 'function_definition':
        this.#function(node, scope);
        return '';
      case 'comment':
        return '';
      case 'program':
      case 'compound_statement':
      case 'do_group':
      case 'negated_command':
      case 'variable_assignments':
      case 'elif_clause':
      case 'else_clause':
        return this.#each(node.children, scope, stdin);
      default:
        if (node.named) this.#substitutions(node, scope);
        return node.named ? undefined : '';
    }
  }

  /** One after the other; what they write together, where all of it is known. */
  #each(nodes: readonly SyntaxNode[], scope: Scope, stdin: Stdin): string | undefined {
    let output: string | undefined = '';
    for (const child of nodes) {
      if (!child.named && child.children.length === 0) continue;
      const written = this.#visit(child, scope, stdin);
      output = output === undefined || written === undefined ? undefined : output + written;
    }
    return output;
  }

  /** What may run or not: afterwards variables may have either value. */
  #maybe(nodes: readonly SyntaxNode[], scope: Scope, stdin: Stdin): readonly string[] {
    const branch = scope.copy();
    this.#each(nodes, branch, stdin);
    return scope.merge(branch);
  }

  #list(node: SyntaxNode, scope: Scope, stdin: Stdin): string | undefined {
    const [left, ...rest] = node.children.filter(({ named }) => named);
    const first = left === undefined ? '' : this.#visit(left, scope, stdin);
    const branch = scope.copy();
    const second = this.#each(rest, branch, stdin);
    scope.merge(branch);
    // `a && b` writes both, as far as can be told; of `a || b` one is not known to.
    return node.children.some(({ text }) => text === '||') || first === undefined || second === undefined
      ? undefined
      : first + second;
  }

  #pipeline(node: SyntaxNode, scope: Scope, stdin: Stdin): string | undefined {
    let given = stdin;
    let output: string | undefined;
    for (const stage of node.children.filter(({ named }) => named)) {
      output = this.#visit(stage, scope.copy(), given);
      given = output === undefined ? dataStdin : { kind: 'text', text: output };
    }
    return output;
  }

  #if(node: SyntaxNode, scope: Scope, stdin: Stdin): void {
    const then = node.children.findIndex(({ named, text }) => !named && text === 'then');
    this.#each(node.children.slice(0, then), scope, stdin);
    const rest = node.children.slice(then);
    const isClause = ({ type }: SyntaxNode) => type === 'elif_clause' || type === 'else_clause';
    this.#maybe(
      rest.filter((child) => !isClause(child)),
      scope,
      stdin,
    );
    for (const clause of rest.filter(isClause)) this.#maybe([clause], scope, stdin);
  }

  #case(node: SyntaxNode, scope: Scope, stdin: Stdin): void {
    for (const child of node.children)
      if (child.type === 'case_item') {
        const from = child.children.findIndex(({ text }) => text === ')');
        for (const pattern of child.children.slice(0, from)) this.#substitutions(pattern, scope);
        this.#maybe(child.children.slice(from + 1), scope, stdin);
      } else this.#substitutions(child, scope);
  }

  #while(node: SyntaxNode, scope: Scope, stdin: Stdin): void {
    this.#loop(node.children, scope, stdin);
  }

  #for(node: SyntaxNode, scope: Scope, stdin: Stdin): void {
    const body = node.children.filter(({ type }) => type === 'do_group' || type === 'compound_statement');
    const name = node.children.find(({ type }) => type === 'variable_name')?.text;
    if (node.type === 'for_statement' && name !== undefined) {
      const words = node.children.filter(({ type, named }) => named && type !== 'variable_name' && type !== 'do_group');
      const values = words.flatMap((word) => this.#words(word, scope).flat());
      const each = node.children.some(({ text, named }) => !named && text === 'in') ? values : [unknown];
      scope.set(name, node.children[0]?.text === 'select' || each.length === 0 ? [unknown] : each);
    } else for (const child of node.children) if (!body.includes(child)) this.#substitutions(child, scope);
    this.#loop(body, scope, stdin);
  }

  /** Until nothing changes any more; what still does, is not known. */
  #loop(nodes: readonly SyntaxNode[], scope: Scope, stdin: Stdin): void {
    if (this.#maybe(nodes, scope, stdin).length === 0) return;
    const changed = this.#maybe(nodes, scope, stdin);
    if (changed.length === 0) return;
    for (const name of changed) scope.set(name, [unknown]);
    for (const name of this.#maybe(nodes, scope, stdin)) scope.set(name, [unknown]);
  }

  #function(node: SyntaxNode, scope: Scope): void {
    const [name, ...rest] = node.children.filter(({ named }) => named);
    const body = rest.find(({ type }) => !redirectTypes.has(type));
    if (name === undefined || body === undefined) return;
    for (const each of rest) if (redirectTypes.has(each.type)) this.#redirect(each, scope, noStdin);
    scope.functions.set(name.text, body);
    this.#defined.add(body);
  }

  #redirected(node: SyntaxNode, scope: Scope, stdin: Stdin): string | undefined {
    const redirects = node.children.filter(({ type }) => redirectTypes.has(type));
    const body = node.children.filter(({ type, named }) => named && !redirectTypes.has(type));
    const [only] = body;
    if (body.length === 1 && only?.type === 'command') return this.#command(only, redirects, scope, stdin);
    const { given, writes, next } = this.#redirects(redirects, scope, stdin);
    const output = this.#each(body, scope, given);
    return this.#piped(next, writes ? '' : output, scope);
  }

  #command(node: SyntaxNode, outer: readonly SyntaxNode[], scope: Scope, stdin: Stdin): string | undefined {
    const redirects = [...node.children.filter(({ type }) => redirectTypes.has(type)), ...outer];
    const prefixes = node.children.filter(({ type }) => type === 'variable_assignment');
    const words = node.children.filter(
      ({ type, named }) => type !== 'variable_assignment' && !redirectTypes.has(type) && (named || type !== ';'),
    );
    const { given, writes, next, more } = this.#redirects(redirects, scope, stdin);
    const ways = this.#ways([...words, ...more], scope);
    const before = prefixes.map((prefix) => {
      const name = prefix.children[0]?.text ?? '';
      const kept = scope.get(name);
      return () => (kept === undefined ? scope.forget(name) : scope.set(name, kept));
    });
    for (const prefix of prefixes) this.#assignment(prefix, scope);
    const outputs = ways.map((way) => this.run(way, given, scope));
    for (const restore of before) restore();
    const output = outputs.length === 1 ? outputs[0] : undefined;
    return this.#piped(next, writes ? '' : output, scope);
  }

  /** `cat <<EOF | sh`: in the tree the pipeline stands within the redirection. */
  #piped(nodes: readonly SyntaxNode[], output: string | undefined, scope: Scope): string | undefined {
    let written = output;
    for (const node of nodes)
      written = this.#visit(node, scope.copy(), written === undefined ? dataStdin : { kind: 'text', text: written });
    return written;
  }

  #redirects(redirects: readonly SyntaxNode[], scope: Scope, stdin: Stdin) {
    let given = stdin;
    let writes = false;
    const next: SyntaxNode[] = [];
    const more: SyntaxNode[] = [];
    const pending = [...redirects];
    for (let redirect = pending.shift(); redirect !== undefined; redirect = pending.shift()) {
      given = this.#redirect(redirect, scope, given);
      const [descriptor, sign] =
        redirect.children[0]?.type === 'file_descriptor' ? redirect.children : [undefined, redirect.children[0]];
      if (redirect.type === 'file_redirect' && sign?.text.includes('>') === true)
        writes ||= descriptor === undefined || descriptor.text === '1';
      if (redirect.type !== 'heredoc_redirect') continue;
      const misread = misreadBody(redirect) ?? Infinity;
      for (const child of redirect.children)
        if (child.start - redirect.start + child.text.length > misread) continue;
        else if (redirectTypes.has(child.type)) pending.push(child);
        else if (child.type.startsWith('heredoc_') || !child.named) continue;
        else if (
          child.field === 'argument' ||
          /^(word|string|raw_string|concatenation|number|\w*expansion)$/.test(child.type)
        )
          more.push(child);
        else next.push(child);
    }
    return { given, writes, next, more };
  }

  /** What a command reads after a redirection. */
  #redirect(node: SyntaxNode, scope: Scope, stdin: Stdin): Stdin {
    const substitute = this.#substitute;
    if (node.type === 'heredoc_redirect') {
      const misread = misreadBody(node);
      if (misread !== undefined) return { kind: 'text', text: rawBody(node, misread) };
      const body = node.children.find(({ type }) => type === 'heredoc_body');
      if (body === undefined) return { kind: 'text', text: '' };
      const quoted = /["'\\]/.test(node.children.find(({ type }) => type === 'heredoc_start')?.text ?? '');
      const texts = quoted ? [body.text] : textsOf(body, scope, substitute);
      return texts.length === 1 ? { kind: 'text', text: texts[0] ?? '' } : dataStdin;
    }
    const targets = node.children.filter(({ named, type }) => named && type !== 'file_descriptor' && type !== 'ERROR');
    if (node.type === 'herestring_redirect') {
      const texts = targets.flatMap((target) => textsOf(target, scope, substitute));
      return texts.length === 1 ? { kind: 'text', text: `${texts[0] ?? ''}\n` } : dataStdin;
    }
    for (const word of targets.flatMap((target) => this.#words(target, scope).flat())) this.#opens(word, node);
    return node.children.some(({ text }) => /^<[>&]?$/.test(text)) ? dataStdin : stdin;
  }

  #opens(target: string, node: SyntaxNode): void {
    const found = /^\/dev\/(tcp|udp)\/([^/]*)\/(.*)$/s.exec(target);
    if (found !== null) {
      const [, protocol = '', host = '', port = ''] = found;
      return this.findings.host(host, `/dev/${protocol}`, { port });
    }
    // What is not known may be /dev/tcp/….
    const known = /^[^\uE000\uE001]*/.exec(target)?.[0] ?? '';
    if (known !== target && ('/dev/tcp/'.startsWith(known) || '/dev/udp/'.startsWith(known)))
      this.findings.unproven('destination_from_data');
    if (node.children.some(({ text }) => text.includes('>'))) written(target, this.findings);
  }

  /** Each way that the words of a command may be read. */
  #ways(nodes: readonly SyntaxNode[], scope: Scope): readonly (readonly string[])[] {
    let ways: readonly (readonly string[])[] = [[]];
    for (const node of nodes) {
      const choices = this.#words(node, scope);
      const [only] = choices;
      if (choices.length === 1 && only !== undefined) ways = ways.map((way) => [...way, ...only]);
      else if (choices.length * ways.length > waysMax) ways = ways.map((way) => [...way, unknownWords]);
      else ways = ways.flatMap((way) => choices.map((choice) => [...way, ...choice]));
    }
    return ways;
  }

  #words(node: SyntaxNode, scope: Scope): readonly (readonly string[])[] {
    return wordsOf(node, scope, this.#substitute);
  }

  readonly #substitute = (node: SyntaxNode, scope: Scope): string | undefined => {
    // Within backticks a backslash stands before what is read once more.
    if (node.text.startsWith('`') && node.text.includes('\\'))
      return this.text(node.text.slice(1, -1).replace(/\\([`$\\])/g, '$1'), scope.copy(), noStdin);
    const output = this.#each(node.children, scope.copy(), node.type === 'process_substitution' ? dataStdin : noStdin);
    const reads = node.children.find(({ type }) => type === 'file_redirect');
    if (reads !== undefined) this.#redirect(reads, scope, noStdin);
    return reads === undefined ? output : undefined;
  };

  /** What is run within a node that is no command itself: `[[ $(…) ]]`. */
  #substitutions(node: SyntaxNode, scope: Scope): void {
    if (/^(command|process)_substitution$/.test(node.type)) this.#substitute(node, scope);
    else if (node.type === 'command' || node.type === 'redirected_statement' || node.type === 'pipeline')
      this.#visit(node, scope, dataStdin);
    else if (redirectTypes.has(node.type)) this.#redirect(node, scope, noStdin);
    else for (const child of node.children) this.#substitutions(child, scope);
  }

  #assignment(node: SyntaxNode, scope: Scope): void {
    const [target, sign] = node.children;
    const value = node.children.slice(2).find(({ named }) => named);
    if (target === undefined) return;
    const values =
      value === undefined
        ? ['']
        : value.type === 'array'
          ? arrayOf(value, scope, this.#substitute)
          : textsOf(value, scope, this.#substitute);
    if (target.type !== 'variable_name') {
      // One element: of the array no more is known.
      this.#substitutions(target, scope);
      const array = target.children.find(({ type }) => type === 'variable_name')?.text;
      if (array !== undefined) this.#element(array, target, values, scope);
      return;
    }
    const before = sign?.text === '+=' ? (scope.get(target.text) ?? [unknown]) : [''];
    const all = before.flatMap((one) => values.map((other) => one + other));
    this.#assign(target.text, value?.type === 'array' && sign?.text === '+=' ? [unknownWords] : all, scope);
  }

  #element(array: string, target: SyntaxNode, values: readonly string[], scope: Scope): void {
    const index = /\[(\d{1,3})\]$/.exec(target.text)?.[1];
    const [before = ''] = scope.get(array) ?? [];
    const [value = ''] = values;
    if (index === undefined || values.length > 1 || value.includes(split)) return scope.set(array, [unknownWords]);
    const elements = before === '' ? [] : before.split(split);
    while (elements.length < Number(index)) elements.push('');
    elements[Number(index)] = value;
    scope.set(array, [elements.join(split)]);
  }

  #assign(name: string, values: readonly string[], scope: Scope): void {
    scope.set(name, values);
    for (const value of values) settingOf(name, value, this.#call('', [], noStdin, scope));
  }

  #declaration(node: SyntaxNode, scope: Scope): void {
    this.findings.command(node.children[0]?.text ?? '');
    let reference = false;
    for (const child of node.children.slice(1))
      if (child.type === 'variable_assignment') {
        this.#assignment(child, scope);
        if (reference) scope.set(child.children[0]?.text ?? '', [unknown]);
      } else if (redirectTypes.has(child.type)) this.#redirect(child, scope, noStdin);
      else if (child.named && child.type !== 'variable_name')
        for (const word of this.#words(child, scope).flat()) {
          // `declare -n` makes a name for another variable, -i computes, -u and -l change the case.
          if (/^-\w*[niul]/.test(word)) reference = true;
          const found = assignment(word);
          if (found !== undefined) this.#assign(found.name, [found.value], scope);
        }
  }

  /** A command whose words are known, as far as they are. */
  run(words: readonly string[], stdin: Stdin, scope: Scope): string | undefined {
    this.#steps += 1;
    if (this.#steps > stepsMax) return this.#gaveUp();
    const [name, ...args] = words;
    if (name === undefined) return '';
    if (!isKnown(name) || (name !== '[' && /[*?[\]]/.test(name))) {
      this.findings.unproven('program_from_data');
      return undefined;
    }
    this.findings.command(name);
    if (words.some((word) => runsWithin.test(word))) this.findings.unproven('program_from_data');
    const body = scope.functions.get(name);
    if (body !== undefined) return this.#callsFunction(body, words, scope, stdin);
    const alias = scope.aliases.get(name);
    if (alias !== undefined && alias !== name) {
      const without = scope.copy();
      without.aliases.delete(name);
      const [next = '', ...more] = args;
      // After an alias that ends in a blank the next word may be one, too.
      const chained = alias.endsWith(' ') ? scope.aliases.get(next) : undefined;
      const text = chained === undefined ? alias : `${alias}${chained}`;
      return this.text(`${text} "$@"`, without.withArgs([name, ...(chained === undefined ? args : more)]), stdin);
    }
    const program = programNamed(name);
    if (program === undefined) {
      this.findings.unproven('unknown_program');
      return undefined;
    }
    if (this.#calls >= callsMax * 2) return this.#gaveUp();
    this.#calls += 1;
    const output = program(this.#call(name.slice(name.lastIndexOf('/') + 1), args, stdin, scope));
    this.#calls -= 1;
    return output;
  }

  #callsFunction(body: SyntaxNode, words: readonly string[], scope: Scope, stdin: Stdin): string | undefined {
    this.#called.add(body);
    if (this.#calls >= callsMax) return this.#gaveUp();
    this.#calls += 1;
    const blurred = words.some((word) => word.includes(unknownWords));
    const output = this.#visit(body, blurred ? scope.copy(undefined) : scope.withArgs(words), stdin);
    this.#calls -= 1;
    return output;
  }

  #call(name: string, args: readonly string[], stdin: Stdin, scope: Scope): Call {
    return {
      name,
      args,
      stdin,
      scope,
      findings: this.findings,
      run: (words, given = noStdin, where = scope) => this.run(words, given, where),
      shell: (text, given = noStdin, where = scope.copy()) => this.text(text, where, given),
      assign: (variable, value) => this.#assign(variable, [value], scope),
    };
  }
}
