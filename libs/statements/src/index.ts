export type { ShellDestination, ShellLine, UnprovenReason } from './shell/shell-line.ts';
export { loadShellReader, type ShellReader } from './shell/shell-reader.ts';
export { changesLexing } from './sql/settings.ts';
export { loadSqlParser, SqlParser, type SqlParserOptions } from './sql/sql-parser.ts';
export { allEffects, type Effect, type SqlStatement, type SqlText } from './sql/sql-text.ts';
export type { SqlDestination, SqlUnproven } from './sql/outward-places.ts';
