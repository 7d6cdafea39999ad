import { functionEffects, namedRelation, sqlArguments } from './function-effects.ts';
import { outwardCall } from './outward-calls.ts';
import type { SqlDestination } from './outward-places.ts';
import { outwardStatement } from './outward-statements.ts';
import type { PlpgsqlBody } from './plpgsql-body.ts';
import { allChanges, settingChange, type SettingChange } from './settings.ts';
import { allEffects, type Effect, type SqlStatement } from './sql-text.ts';
import { statementKinds } from './statement-effects.ts';
import { TableNames } from './table-names.ts';
import { constantText, isFields, isInteger, literalText, nameParts, nodesOf, typedNode, type Fields } from './tree.ts';

/** Reads what stands within a statement as a text. */
export interface ReadNested {
  /** SQL; null when it cannot be parsed. */
  sql(text: string): readonly SqlStatement[] | null;
  /** The body of this statement, a CREATE FUNCTION in PL/pgSQL; null when it cannot be parsed. */
  plpgsql(): PlpgsqlBody | null;
}

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
  readonly #destinations = new Map<string, SqlDestination>();
  readonly #programs = new Set<string>();
  #proven = true;
  /** Names of common table expressions that can be seen here. */
  readonly #shadowed = new TableNames();
  #kind: string | undefined;
  #known = true;
  #prepares: string | undefined;
  #executes: string | undefined;
  #deallocates: string | undefined;
  #changesRole = false;
  #changesSearchPath = false;
  #changesLexing = false;
  /** The VALUES of an INSERT, which are its rows and no answer. */
  #rowsOfInsert: unknown;
  /** Within a VALUES that is an answer, what a function gives is read. */
  #answering = false;

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
      changesLexing: this.#changesLexing,
      destinations: [...this.#destinations.values()].sort((one, other) => (one.host < other.host ? -1 : 1)),
      unproven: this.#proven ? [] : ['destination_from_data'],
      programs: [...this.#programs].sort(),
    };
  }

  /** A statement, be it the whole or one within another. */
  statement(type: string, fields: Fields): void {
    const kind = statementKinds[type];
    this.#kind ??= kind?.[0];
    if (kind === undefined) this.#known = false;
    else this.#add(kind[1]);
    const outward = outwardStatement(type, fields);
    if (outward !== undefined) this.#leads(outward);
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
        if (type === 'UpdateStmt') this.#named(fields['targetList']);
        this.#target(fields);
        return this.#scoped(fields);
      case 'MergeStmt':
        for (const clause of nodesOf(fields['mergeWhenClauses'], 'MergeWhenClause')) this.#named(clause['targetList']);
        this.#target(fields);
        break;
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
          this.#changes(allChanges);
          this.#changesLexing = false; // back to how the session began
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
        this.#alters(fields);
        break;
      case 'RenameStmt':
        if (guardedObjects.test(String(fields['renameType'] ?? ''))) this.#add(['administration']);
        break;
      case 'DefineStmt':
        for (const { arg } of nodesOf(fields['definition'], 'DefElem')) {
          const type = typedNode(arg);
          if (type?.type === 'TypeName') this.#names(nameParts(type.fields['names']).join('.'));
        }
        break;
      case 'CreateTrigStmt':
      case 'CreateEventTrigStmt':
        this.#names(nameParts(fields['funcname']).join('.'), true);
        break;
      case 'CreateConversionStmt':
        this.#names(nameParts(fields['func_name']).join('.'), true);
        break;
      case 'DoStmt':
        this.#proven = false;
        break;
      case 'VacuumStmt':
        if (fields['is_vacuumcmd'] !== true && this.#kind === 'VACUUM') this.#kind = 'ANALYZE';
        break;
    }
    this.#scoped(fields);
  }

  #select(fields: Fields): void {
    // VALUES alone reads nothing; where an INSERT has it, that is its rows.
    const values = 'valuesLists' in fields;
    if (!values) this.#add(['read']);
    const into = fields['intoClause'];
    if (isFields(into)) {
      if (this.#kind === 'SELECT') this.#kind = 'SELECT INTO';
      this.#add(['schema', 'write']);
      if (isFields(into['rel'])) this.#touches(into['rel']);
    }
    // Rows that are locked cannot be changed by others: PostgreSQL asks for the right to UPDATE.
    if ('lockingClause' in fields) this.#add(['write']);
    const before = this.#answering;
    this.#answering = values && fields !== this.#rowsOfInsert;
    this.#scoped(fields);
    this.#answering = before;
  }

  /** What is written to is never a common table expression, whatever those are called. */
  #target({ relation }: Fields): void {
    if (!isFields(relation)) return;
    this.#touches(relation);
    // A view of PostgreSQL's own: to update it is to SET.
    if (/^pg_settings$/.test(String(relation['relname']))) this.#changes(allChanges);
  }

  #inserted(fields: Fields): void {
    this.#rowsOfInsert = typedNode(fields['selectStmt'])?.fields;
    this.#named(fields['cols']);
    const onConflict = fields['onConflictClause'];
    if (isFields(onConflict)) this.#named(onConflict['targetList']);
  }

  /** Columns that values are put into. */
  #named(targets: unknown): void {
    for (const { name } of nodesOf(targets, 'ResTarget')) if (typeof name === 'string') this.#columns.add(name);
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
    if (this.#executes === undefined) return;
    // The arguments of an EXECUTE are evaluated for its plan, too.
    this.#executes = undefined;
    this.#any(executedBy(inner)?.['params']);
  }

  #set(fields: Fields): void {
    const kind = fields['kind'];
    if (kind === 'VAR_RESET_ALL') return this.#changes({ ...allChanges, lexing: false }); // back to how the session began
    const name = String(fields['name'] ?? '');
    const value = Array.isArray(fields['args']) ? constantText(fields['args'][0]) : undefined;
    const changed = settingChange(name, value);
    this.#changes(kind === 'VAR_SET_VALUE' ? changed : { ...changed, lexing: false });
  }

  #changes({ role, searchPath, lexing, administration }: SettingChange): void {
    this.#changesRole ||= role;
    this.#changesSearchPath ||= searchPath;
    this.#changesLexing ||= lexing;
    if (administration) this.#add(['administration']);
  }

  /** Who may make a function may call it: what its body does is done. Bodies that cannot be read can do anything. */
  #createsFunction(fields: Fields): void {
    const options = nodesOf(fields['options'], 'DefElem');
    const language = options.find(({ defname }) => defname === 'language')?.['arg'];
    const bodies = options.filter(({ defname }) => defname === 'as').map(({ arg }) => typedNode(arg)?.fields['items']);
    const name = nameOf(language) ?? 'sql';
    if (name === 'sql') for (const body of bodies) this.#runs(Array.isArray(body) ? body[0] : undefined);
    else if (name !== 'plpgsql') this.#does(null);
    else {
      const body = this.#nested.plpgsql();
      if (body === null) return this.#does(null);
      for (const text of body.runs) this.#does(this.#nested.sql(text));
      for (const text of body.builds) this.#does(this.#nested.sql(`SELECT query_to_xml((${text}))`));
    }
  }

  #alters(fields: Fields): void {
    if (fields['objtype'] === 'OBJECT_FOREIGN_TABLE') this.#add(['export']);
    for (const { subtype } of nodesOf(fields['cmds'], 'AlterTableCmd'))
      if (
        /^AT_(ChangeOwner|(Enable|Disable|Force|NoForce)RowSecurity|(Enable|Disable)(Always|Replica)?(Trig|Rule).*)$/.test(
          String(subtype),
        )
      )
        this.#add(['administration']);
  }

  #drop(fields: Fields): void {
    const type = String(fields['removeType'] ?? '');
    if (guardedObjects.test(type)) this.#add(['administration']);
    if (!/TABLE|VIEW|SEQUENCE|INDEX/.test(type) || !Array.isArray(fields['objects'])) return;
    for (const { items } of nodesOf(fields['objects'], 'List')) this.#relations.add(nameParts(items).join('.'));
  }

  /** The parts of a statement, with its common table expressions in sight of those that can see them. */
  #scoped(fields: Fields): void {
    const { depth } = this.#shadowed;
    const clause = fields['withClause'];
    if (isFields(clause)) {
      const expressions = nodesOf(clause['ctes'], 'CommonTableExpr');
      const names = expressions.map(({ ctename }) => String(ctename ?? ''));
      if (clause['recursive'] === true) for (const name of names) this.#shadowed.add(name);
      expressions.forEach((expression, index) => {
        this.#parts(expression);
        if (clause['recursive'] !== true) this.#shadowed.add(names[index] ?? '');
      });
    }
    // FOR UPDATE OF names what FROM has named.
    for (const [key, value] of Object.entries(fields))
      if (key !== 'withClause' && key !== 'lockingClause') this.#any(value);
    this.#shadowed.leave(depth);
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
        return this.#column(columnName(fields));
      case 'A_Indirection':
        // `(x).f` is the field f of x, or the function f of x where there is no such field.
        for (const name of nameParts(fields['indirection'])) this.#calls(name, [fields['arg']], false);
        break;
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
    } else {
      // The functions that a cast, a transform, an operator class is made of.
      if ('objname' in fields && this.#kind?.startsWith('CREATE') === true)
        this.#names(nameParts(fields['objname']).join('.'), true);
      this.#parts(fields);
    }
  }

  #relation(fields: Fields): void {
    if (fields['schemaname'] !== undefined || !this.#shadowed.has(String(fields['relname'] ?? '')))
      this.#touches(fields);
  }

  #touches({ catalogname, schemaname, relname }: Fields): void {
    this.#relations.add(
      [catalogname, schemaname, String(relname ?? '')].filter((part) => part !== undefined).join('.'),
    );
  }

  #column(name: string): void {
    this.#columns.add(name);
    // `x.http`, of a row x that is a request, sends it.
    if (/\.http$/i.test(name)) this.#names('http');
  }

  #call(fields: Fields): void {
    const name = nameParts(fields['funcname']).join('.');
    if (name === '') return;
    this.#functions.add(name);
    if (this.#answering) this.#add(['read']);
    this.#calls(name, Array.isArray(fields['args']) ? (fields['args'] as unknown[]) : [], true);
  }

  #calls(name: string, args: readonly unknown[], certain: boolean): void {
    this.#names(name, certain);
    const outward = certain ? outwardCall(name, args) : undefined;
    // What runs SQL elsewhere or later, or that is put together, may lead anywhere.
    if (functionEffects(name)?.length === allEffects.length) this.#proven = false;
    if (outward !== undefined) this.#leads(outward);
    if (/(^|\.)set_config$/i.test(name)) this.#setConfig(args);
    for (const at of sqlArguments(name, args.length)) if (!isInteger(args[at])) this.#runs(args[at]);
    const reads = namedRelation(name);
    if (reads === undefined) return;
    const named = reads === 'database' ? '' : literalText(args[0]);
    this.#relations.add(reads === 'relation' ? (named ?? '*') : reads === 'schema' ? `${named ?? '*'}.*` : '*.*');
  }

  /** A function that is called, or that something is made of. Where it may be another thing, only what is known counts. */
  #names(name: string, certain = false): void {
    const effects = functionEffects(name);
    if (effects !== undefined) this.#add(effects);
    if (certain || effects !== undefined) this.#functions.add(name);
  }

  #setConfig(args: readonly unknown[]): void {
    const setting = literalText(args[0]);
    this.#changes(setting === undefined ? allChanges : settingChange(setting, literalText(args[1])));
  }

  /** SQL in a constant does what it does; SQL that is put together only when it runs can do anything. */
  #runs(argument: unknown): void {
    const text = literalText(argument);
    this.#does(text === undefined ? null : this.#nested.sql(text));
  }

  #does(statements: readonly SqlStatement[] | null): void {
    if (statements === null) {
      this.#proven = false;
      return this.#add(allEffects);
    }
    for (const { effects, relations, columns, functions, ...led } of statements) {
      this.#leads({ destinations: led.destinations, programs: led.programs, proven: led.unproven.length === 0 });
      this.#add(effects ?? allEffects);
      for (const one of relations) this.#relations.add(one);
      for (const one of columns) this.#columns.add(one);
      for (const one of functions) this.#functions.add(one);
    }
  }

  /** To a place that is named, to one that is not, or to a program of the server's machine. */
  #leads({
    destinations,
    programs = [],
    proven,
  }: {
    readonly destinations: readonly SqlDestination[];
    readonly programs?: readonly string[];
    readonly proven: boolean;
  }): void {
    for (const one of destinations) this.#destinations.set(`${one.host} ${one.via}`, one);
    for (const one of programs) this.#programs.add(one);
    this.#proven &&= proven;
  }

  #add(effects: readonly Effect[]): void {
    for (const effect of effects) this.#effects.add(effect);
  }
}

/** Objects that guard data or carry it elsewhere: to rename or to drop one is no matter of the schema alone. */
const guardedObjects =
  /FOREIGN_SERVER|FDW|EXTENSION|PUBLICATION|SUBSCRIPTION|ACCESS_METHOD|EVENT_TRIGGER|LANGUAGE|POLICY|ROLE|DATABASE|TABLESPACE/;

/** The EXECUTE of `EXPLAIN EXECUTE p (…)` or `EXPLAIN CREATE TABLE t AS EXECUTE p (…)`. */
function executedBy(node: { readonly type: string; readonly fields: Fields }): Fields | undefined {
  if (node.type === 'ExecuteStmt') return node.fields;
  const query = typedNode(node.fields['query']);
  return query === undefined ? undefined : executedBy(query);
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
