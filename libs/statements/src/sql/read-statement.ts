import { functionEffects, runsItsArgument } from './function-effects.ts';
import { allEffects, type Effect, type SqlStatement } from './sql-text.ts';
import { statementKinds } from './statement-effects.ts';
import { isFields, literalText, nameParts, nodesOf, typedNode, type Fields } from './tree.ts';

/** Reads SQL that stands in a constant; null when it cannot be parsed. */
export type ReadNested = (text: string) => readonly SqlStatement[] | null;

/** What one statement of a parse tree does. */
export function readStatement(tree: unknown, nested: ReadNested): SqlStatement {
  const node = typedNode(tree);
  const reader = new StatementReader(nested);
  if (node !== undefined) reader.statement(node.type, node.fields);
  return reader.result(node?.type ?? '');
}

/** Goes through a tree once, and notes what it meets. */
class StatementReader {
  readonly #nested: ReadNested;
  readonly #effects = new Set<Effect>();
  readonly #relations = new Set<string>();
  readonly #columns = new Set<string>();
  readonly #functions = new Set<string>();
  /** Names of common table expressions that can be seen here. */
  readonly #shadowed: string[] = [];
  #kind: string | undefined;
  #known = true;
  #prepares: string | undefined;
  #executes: string | undefined;
  #deallocates: string | undefined;
  #changesRole = false;
  #changesSearchPath = false;

  constructor(nested: ReadNested) {
    this.#nested = nested;
  }

  result(type: string): SqlStatement {
    const known = this.#known && this.#executes === undefined;
    return {
      kind: this.#kind ?? statementKinds[type]?.[0] ?? 'UNKNOWN',
      effects: known ? [...this.#effects].sort() : null,
      relations: [...this.#relations].sort(),
      columns: [...this.#columns].sort(),
      functions: [...this.#functions].sort(),
      ...(this.#prepares === undefined ? {} : { prepares: this.#prepares }),
      ...(this.#executes === undefined ? {} : { executes: this.#executes }),
      ...(this.#executes === undefined || !this.#known ? {} : { partEffects: [...this.#effects].sort() }),
      ...(this.#deallocates === undefined ? {} : { deallocates: this.#deallocates }),
      changesRole: this.#changesRole,
      changesSearchPath: this.#changesSearchPath,
    };
  }

  /** A statement, be it the whole or one within another. */
  statement(type: string, fields: Fields): void {
    const kind = statementKinds[type];
    if (kind === undefined) this.#known = false;
    else this.#add(kind[1]);
    switch (type) {
      case 'SelectStmt':
        return this.#select(fields);
      case 'InsertStmt':
      case 'UpdateStmt':
      case 'DeleteStmt':
        if (
          ['whereClause', 'fromClause', 'usingClause', 'returningClause', 'returningList'].some(
            (part) => part in fields,
          )
        )
          this.#add(['read']);
        if (type === 'InsertStmt') this.#inserted(fields);
        return this.#scoped(fields);
      case 'CopyStmt':
        this.#copy(fields);
        break;
      case 'ExplainStmt':
        return this.#explain(fields);
      case 'PrepareStmt':
        this.#prepares = String(fields['name'] ?? '');
        break;
      case 'ExecuteStmt':
        this.#executes = String(fields['name'] ?? '');
        break;
      case 'DeallocateStmt':
        this.#deallocates = fields['isall'] === true || fields['name'] === undefined ? '*' : String(fields['name']);
        break;
      case 'DiscardStmt':
        if (fields['target'] === 'DISCARD_ALL') {
          this.#deallocates = '*';
          this.#changesRole = true;
          this.#changesSearchPath = true;
        }
        break;
      case 'VariableSetStmt':
        this.#set(fields);
        break;
      case 'CreateFunctionStmt':
        this.#createsFunction(fields);
        break;
      case 'DropStmt':
        this.#drop(fields);
        break;
      case 'AlterTableStmt':
        if (JSON.stringify(fields['cmds'] ?? '').includes('"AT_ChangeOwner"')) this.#add(['administration']);
        break;
      case 'VacuumStmt':
        if (fields['is_vacuumcmd'] !== true) this.#kind ??= 'ANALYZE';
        break;
    }
    this.#scoped(fields);
  }

  #select(fields: Fields): void {
    // VALUES alone reads nothing; where an INSERT has it, that is its rows.
    const values = 'valuesLists' in fields;
    if (!values) this.#add(['read']);
    if ('intoClause' in fields) {
      this.#kind ??= 'SELECT INTO';
      this.#add(['schema', 'write']);
    }
    // Rows that are locked cannot be changed by others: PostgreSQL asks for the right to UPDATE.
    if ('lockingClause' in fields) this.#add(['write']);
    this.#scoped(fields);
  }

  #inserted(fields: Fields): void {
    for (const { name } of nodesOf(fields['cols'], 'ResTarget')) if (typeof name === 'string') this.#columns.add(name);
  }

  #copy(fields: Fields): void {
    const inward = fields['is_from'] === true;
    this.#add(inward ? ['write'] : ['read']);
    for (const name of nameParts(fields['attlist'])) this.#columns.add(name);
    if (!('filename' in fields)) return;
    this.#add(['administration']);
    if (!inward || fields['is_program'] === true) this.#add(['export']);
  }

  #explain(fields: Fields): void {
    const options = nodesOf(fields['options'], 'DefElem');
    const runs = options.some(({ defname, arg }) => defname === 'analyze' && !isFalse(arg));
    const inner = typedNode(fields['query']);
    if (inner === undefined) return;
    if (runs) return this.statement(inner.type, inner.fields);
    // Planned, not run: what it touches is said, what it would do is not done.
    const before = new Set(this.#effects);
    const known = this.#known;
    this.statement(inner.type, inner.fields);
    this.#effects.clear();
    this.#add([...before]);
    this.#known = known;
    this.#executes = undefined;
  }

  #set(fields: Fields): void {
    const name = String(fields['name'] ?? '').toLowerCase();
    const all = fields['kind'] === 'VAR_RESET_ALL';
    if (all || name === 'role' || name === 'session_authorization') this.#changesRole = true;
    if (all || name === 'search_path') this.#changesSearchPath = true;
  }

  /** A body in a language that the server does not fence in can do what the server can. */
  #createsFunction(fields: Fields): void {
    const options = nodesOf(fields['options'], 'DefElem');
    const language = options.find(({ defname }) => defname === 'language')?.['arg'];
    const name = (nameOf(language) ?? 'sql').toLowerCase();
    if (!['sql', 'plpgsql', 'plperl', 'pltcl', 'plv8'].includes(name)) this.#add(['administration', 'export']);
  }

  #drop(fields: Fields): void {
    const type = String(fields['removeType'] ?? '');
    if (/FOREIGN_SERVER|FDW|EXTENSION|PUBLICATION|ACCESS_METHOD|EVENT_TRIGGER|LANGUAGE|POLICY/.test(type))
      this.#add(['administration']);
    if (!/TABLE|VIEW|SEQUENCE|INDEX/.test(type) || !Array.isArray(fields['objects'])) return;
    for (const { items } of nodesOf(fields['objects'], 'List')) this.#relations.add(nameParts(items).join('.'));
  }

  /** The parts of a statement, with its common table expressions in sight of those that can see them. */
  #scoped(fields: Fields): void {
    const depth = this.#shadowed.length;
    const clause = fields['withClause'];
    if (isFields(clause)) {
      const expressions = nodesOf(clause['ctes'], 'CommonTableExpr');
      const names = expressions.map(({ ctename }) => String(ctename ?? ''));
      if (clause['recursive'] === true) this.#shadowed.push(...names);
      expressions.forEach((expression, index) => {
        this.#parts(expression);
        if (clause['recursive'] !== true) this.#shadowed.push(names[index] ?? '');
      });
    }
    for (const [key, value] of Object.entries(fields)) if (key !== 'withClause') this.#any(value);
    this.#shadowed.length = depth;
  }

  #parts(fields: Fields): void {
    for (const value of Object.values(fields)) this.#any(value);
  }

  #any(value: unknown): void {
    if (Array.isArray(value)) {
      for (const each of value) this.#any(each);
      return;
    }
    if (!isFields(value)) return;
    const node = typedNode(value);
    if (node === undefined) this.#plain(value);
    else this.#typed(node.type, node.fields);
  }

  #typed(type: string, fields: Fields): void {
    switch (type) {
      case 'RangeVar':
        return this.#relation(fields);
      case 'ColumnRef':
        this.#columns.add(columnName(fields));
        return;
      case 'FuncCall':
        this.#call(fields);
        break;
      default:
        if (type.endsWith('Stmt')) return this.statement(type, fields);
    }
    this.#parts(fields);
  }

  /** Some fields hold a node of a type that is plain from their name: it stands there without its type. */
  #plain(fields: Fields): void {
    if (typeof fields['relname'] === 'string' && 'relpersistence' in fields) this.#relation(fields);
    else if ('op' in fields && 'limitOption' in fields) this.#select(fields);
    else if ('funcname' in fields) {
      this.#call(fields);
      this.#parts(fields);
    } else this.#parts(fields);
  }

  #relation({ catalogname, schemaname, relname }: Fields): void {
    const name = String(relname ?? '');
    if (schemaname === undefined && this.#shadowed.includes(name)) return;
    this.#relations.add([catalogname, schemaname, name].filter((part) => part !== undefined).join('.'));
  }

  #call(fields: Fields): void {
    const name = nameParts(fields['funcname']).join('.');
    if (name === '') return;
    this.#functions.add(name);
    this.#add(functionEffects(name) ?? []);
    const args = Array.isArray(fields['args']) ? (fields['args'] as unknown[]) : [];
    if (/(^|\.)set_config$/i.test(name)) this.#setConfig(args);
    if (runsItsArgument(name)) this.#runs(args[0]);
  }

  #setConfig(args: readonly unknown[]): void {
    const setting = literalText(args[0])?.toLowerCase();
    if (setting === undefined || setting === 'role' || setting === 'session_authorization') this.#changesRole = true;
    if (setting === undefined || setting === 'search_path') this.#changesSearchPath = true;
  }

  /** SQL in a constant does what it does; SQL that is put together only when it runs can do anything. */
  #runs(argument: unknown): void {
    const text = literalText(argument);
    const statements = text === undefined ? null : this.#nested(text);
    if (statements === null) this.#add(allEffects);
    else
      for (const { effects, relations, columns, functions } of statements) {
        this.#add(effects ?? allEffects);
        for (const one of relations) this.#relations.add(one);
        for (const one of columns) this.#columns.add(one);
        for (const one of functions) this.#functions.add(one);
      }
  }

  #add(effects: readonly Effect[]): void {
    for (const effect of effects) this.#effects.add(effect);
  }
}

function columnName(fields: Fields): string {
  const parts = Array.isArray(fields['fields']) ? (fields['fields'] as unknown[]) : [];
  return parts
    .map((part) => {
      const node = typedNode(part);
      return node?.type === 'A_Star' || (isFields(part) && 'A_Star' in part) ? '*' : String(node?.fields['sval'] ?? '');
    })
    .join('.');
}

function nameOf(value: unknown): string | undefined {
  const node = typedNode(value);
  return node?.type === 'String' ? String(node.fields['sval'] ?? '') : undefined;
}

/** `EXPLAIN (ANALYZE off)`. Without a value an option is on. */
function isFalse(value: unknown): boolean {
  const node = typedNode(value);
  if (node?.type === 'String') return /^(off|false|0|no)$/i.test(String(node.fields['sval'] ?? ''));
  if (node?.type === 'Integer') return (node.fields['ival'] ?? 0) === 0;
  if (node?.type === 'Boolean') return node.fields['boolval'] !== true;
  return false;
}
