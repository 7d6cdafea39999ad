import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { lintWorld, parsePolicyFile, runPolicyTest, worldWith, type PolicyFile } from '@inland/policy-checks';
import { PolicyEngine } from '@inland/residency';
import { loadShellReader, loadSqlParser, type ShellReader, type SqlParser } from '@inland/statements';

const folder = fileURLToPath(new URL('../../../deploy/policies/', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));
const read = (path: string): PolicyFile => parsePolicyFile(readFileSync(`${folder}${path}.yaml`, 'utf8'), path);

let engine: PolicyEngine;
let sqlParser: SqlParser;
let shell: ShellReader;
beforeAll(async () => {
  engine = await PolicyEngine.load(
    readFileSync(new URL('../../../libs/residency/bundle/default.wasm', import.meta.url)),
  );
  sqlParser = await loadSqlParser();
  shell = await loadShellReader();
});

describe('the policies to start from', () => {
  it('are those that the page lists', () => {
    const page = readFileSync(`${folder}README.md`, 'utf8');
    expect([...page.matchAll(/^\| \[([a-z0-9-]+)\.yaml\]/gm)].map(([, name]) => name).sort()).toEqual(names.sort());
  });

  it.each(names)('%s comes out as its tests say, each of its policies in one of them', (name) => {
    const own = read(name);
    const tested = read(`tests/${name}`);
    const world = worldWith([...own.resources, ...read('tests/people').resources, ...tested.resources]);
    engine.setWorld(world);
    const results = tested.tests.flatMap((test) => runPolicyTest(engine, test, { sqlParser, shell }));
    expect(results.filter(({ passed }) => !passed).map(({ name: which, problems }) => ({ which, problems }))).toEqual(
      [],
    );
    const outcomes = new Set(results.map(({ decision }) => decision.outcome));
    expect([...outcomes].sort()).toEqual(['allowed', 'denied']);
    const speaking = new Set(results.flatMap(({ decision }) => decision.reasons.map(({ rule }) => rule)));
    const policies = own.resources.filter(({ kind }) => kind === 'ResidencyPolicy');
    expect(
      policies.map(({ metadata }) => `ResidencyPolicy/${metadata.name}`).filter((rule) => !speaking.has(rule)),
    ).toEqual([]);
    expect(lintWorld(world, engine).filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each(names)('%s says what it does and what it does not', (name) => {
    const text = readFileSync(`${folder}${name}.yaml`, 'utf8');
    expect(text).toMatch(/^# What it does/m);
    expect(text).toMatch(/^# What it does not/m);
  });
});
