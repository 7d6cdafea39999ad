import type { SqlStatement } from '@inland/statements';
import type { TextLeads } from './command-places.ts';

/** What the statements of a text name together; undefined where none leads anywhere, as most do not. */
export function sqlLeads(
  statements: readonly Pick<SqlStatement, 'destinations' | 'unproven' | 'programs'>[],
): TextLeads | undefined {
  const leading = statements.filter(
    ({ destinations, unproven, programs }) => destinations.length + unproven.length + programs.length > 0,
  );
  if (leading.length === 0) return undefined;
  return {
    destinations: leading.flatMap(({ destinations }) => destinations),
    unproven: [...new Set(leading.flatMap(({ unproven }) => unproven))].sort(),
    programs: leading.flatMap(({ programs }) => programs),
  };
}
