// Applies patches/NAME@VERSION/*.patch to node_modules/NAME, in the order of their names: unified diffs, each with words on
// top that say what it mends. Applied ones are passed over; a package of another version, or a patch that does not fit,
// is a failure. `node tools/patch-packages.mjs` by itself; tools/postinstall.mjs calls it.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The files of a unified diff, each with its hunks as the lines before and after. */
function filesOf(text) {
  const files = [];
  let hunk;
  for (const line of text.split('\n')) {
    if (line.startsWith('--- a/')) hunk = undefined;
    else if (line.startsWith('+++ b/')) files.push({ path: line.slice(6).trim(), hunks: [] });
    else if (line.startsWith('@@ ')) {
      hunk = { at: Number(/^@@ -(\d+)/.exec(line)?.[1]) - 1, before: [], after: [] };
      files.at(-1).hunks.push(hunk);
    } else if (hunk !== undefined && !line.startsWith('\\')) {
      if (line[0] === ' ' || line[0] === '-') hunk.before.push(line.slice(1));
      if (line[0] === ' ' || line[0] === '+') hunk.after.push(line.slice(1));
    }
  }
  return files;
}

/** Where the lines are, as near as can be to where they should be; -1: nowhere. */
function find(lines, wanted, near) {
  const isAt = (at) => wanted.every((line, index) => lines[at + index] === line);
  for (let distance = 0; distance <= lines.length; distance += 1)
    for (const at of [near + distance, near - distance]) if (at >= 0 && at <= lines.length && isAt(at)) return at;
  return -1;
}

/** The lines with all hunks applied, or undefined when one does not fit. */
function applied(lines, hunks) {
  const result = [...lines];
  let moved = 0;
  for (const hunk of hunks) {
    const at = find(result, hunk.before, hunk.at + moved);
    if (at === -1) return undefined;
    result.splice(at, hunk.before.length, ...hunk.after);
    moved = at - hunk.at + hunk.after.length - hunk.before.length;
  }
  return result;
}

/** Starts from the files as they were installed, which it keeps, so that patches may change, and come in any number. */
function patchPackage(folder, name, patches) {
  const originals = join(folder, '.unpatched');
  const changes = new Map();
  for (const patch of patches)
    for (const { path, hunks } of filesOf(readFileSync(patch, 'utf8'))) {
      const original = existsSync(join(originals, path)) ? join(originals, path) : join(folder, path);
      const lines = applied(changes.get(path) ?? readFileSync(original, 'utf8').split('\n'), hunks);
      if (lines === undefined)
        throw new Error(`${patch} does not fit ${name}: install ${name} anew (npm ci), or renew the patch`);
      changes.set(path, lines);
    }
  let changed = 0;
  for (const [path, lines] of changes) {
    const there = readFileSync(join(folder, path), 'utf8');
    const wanted = lines.join('\n');
    if (there === wanted) continue;
    if (!existsSync(join(originals, path))) {
      mkdirSync(dirname(join(originals, path)), { recursive: true });
      copyFileSync(join(folder, path), join(originals, path));
    }
    writeFileSync(join(folder, path), wanted);
    changed += 1;
  }
  if (changed > 0) console.log(`${name}: ${changed} ${changed === 1 ? 'file' : 'files'} patched`);
}

for (const entry of existsSync(join(root, 'patches')) ? readdirSync(join(root, 'patches')) : []) {
  const at = entry.lastIndexOf('@');
  const [name, version] = [entry.slice(0, at), entry.slice(at + 1)];
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder)) continue; // a partial install
  const there = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  if (there !== version) throw new Error(`the patches are for ${name} ${version}, and ${there} is installed`);
  const files = readdirSync(join(root, 'patches', entry)).filter((file) => file.endsWith('.patch'));
  patchPackage(
    folder,
    `${name} ${version}`,
    files.toSorted().map((file) => join(root, 'patches', entry, file)),
  );
}
