// Mutants of a policy: each condition of it dropped, and flipped; each name of its sets left out. What is no condition (a
// `some`, a `:=`) is left alone: without it the rest would not compile.

/**
 * @param {string} source Rego, formatted by `opa fmt`
 * @returns {{ line: number, change: string, source: string }[]}
 */
export function mutantsOf(source) {
  const lines = source.split('\n');
  const mutants = [];
  const mutate = (index, replacement, change) => {
    const changed = [...lines];
    changed[index] = replacement;
    mutants.push({ line: index + 1, change, source: changed.join('\n') });
  };
  const bodies = [];
  lines.forEach((line, index) => {
    const text = line.trim();
    if (text.startsWith('#') || text === '') return;
    const oneLine = /^(\S.*\bif )(.+[^{])$/.exec(line);
    if (oneLine !== null) {
      const [, head, condition] = oneLine;
      if (!isCondition(condition)) return;
      mutate(index, `${head}true`, `drop ${condition}`);
      mutate(index, `${head}${flipped(condition)}`, `flip ${condition}`);
      return;
    }
    if (/\bif \{$/.test(text) || /^every .*\{$/.test(text)) return void bodies.push(text);
    if (text === '}' && bodies.length > 0) return void bodies.pop();
    if (bodies.length > 0) {
      if (!isCondition(text)) return;
      mutate(index, '\ttrue', `drop ${text}`);
      mutate(index, `\t${flipped(text)}`, `flip ${text}`);
      return;
    }
    if (/^("[^"]+", ?)+$|:= \{"[^}]*\}$/.test(text) && !text.includes('": '))
      for (const [name] of text.matchAll(/"[^"]+"/g))
        mutate(index, line.replace(name, '"left-out"'), `leave out ${name}`);
  });
  return mutants;
}

const isCondition = (text) => !/^some |^every | := |^else\b/.test(text);

function flipped(condition) {
  if (condition.startsWith('not ')) return condition.slice(4);
  for (const [operator, opposite] of [
    [' == ', ' != '],
    [' != ', ' == '],
    [' > ', ' <= '],
  ])
    if (condition.includes(operator)) return condition.replace(operator, opposite);
  return `not ${condition}`;
}
