import { stringify } from 'yaml';

/** Prints the lines that differ between two values as YAML, indented. */
export function printYamlDiff(before: unknown, after: unknown): void {
  for (const line of lineDiff(yamlOf(before), yamlOf(after))) console.log(`    ${line}`);
}

const yamlOf = (value: unknown): string[] =>
  value === undefined || value === null ? [] : stringify(value).trimEnd().split('\n');

/** The lines that differ, in order: removed as `-`, added as `+` (a longest common subsequence). */
function lineDiff(before: readonly string[], after: readonly string[]): string[] {
  const lengths = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      (lengths[i] as number[])[j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) [i, j] = [i + 1, j + 1];
    else if (j >= after.length || (i < before.length && at(i + 1, j) >= at(i, j + 1))) lines.push(`- ${before[i++]}`);
    else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}
