import { Fault } from '@inland/kernel';
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { z } from 'zod';
import type { ResourceSource } from '../world.ts';
import { resourceKinds, resourceSchemas, type Resource, type ResourceKind } from './resource.ts';

/** At most so many bytes of YAML at once. */
export const resourceBytesMax = 1024 * 1024;

/**
 * Reads resources from YAML, several documents in one text. Faults with `invalid_argument` that names file, line and
 * what to write instead, all problems at once.
 */
export function parseResources(text: string, file: string): Resource[] {
  return parseDocuments(text, file, (value) => {
    const result = parseResource(value);
    return result.kind === 'resource' ? { kind: 'parsed', value: result.resource } : result;
  });
}

/** As {@link parseResources}, with where each resource stands, by `Kind/name`. */
export function parseSourced(
  text: string,
  file: string,
): { readonly resources: readonly Resource[]; readonly sources: Readonly<Record<string, ResourceSource>> } {
  const resources = parseResources(text, file);
  return { resources, sources: sourcesIn(text, file) };
}

/** Where the parts of each document of a text stand, by `Kind/name`. */
export function sourcesIn(text: string, file: string): Readonly<Record<string, ResourceSource>> {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, maxAliasCount: 100 } as never) as Document[];
  const sources: Record<string, ResourceSource> = {};
  for (const document of documents) {
    const [kind, name] = [document.get('kind'), document.getIn(['metadata', 'name'])];
    if (typeof kind !== 'string' || typeof name !== 'string' || document.contents === null) continue;
    const lines: Record<string, number> = {};
    collectLines(document.contents, '', counter, lines);
    sources[`${kind}/${name}`] = { file, lines };
  }
  return sources;
}

/** So deep parts have lines of their own: `spec.exceptions.0.until`. */
const depthMax = 4;
/** So many parts of one resource have lines; the line of the part around tells where the others are. */
const linesMax = 500;

function collectLines(
  node: unknown,
  path: string,
  counter: LineCounter,
  lines: Record<string, number>,
  depth = 0,
): void {
  const at = (node as { readonly range?: readonly number[] | null } | null)?.range?.[0];
  if (at !== undefined && lines[path] === undefined && Object.keys(lines).length < linesMax)
    lines[path] = counter.linePos(at).line;
  if (depth === depthMax) return;
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (isMap(node))
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      const start = key.range?.[0];
      if (start !== undefined && Object.keys(lines).length < linesMax) lines[below(name)] = counter.linePos(start).line;
      collectLines(value, below(name), counter, lines, depth + 1);
    }
  else if (isSeq(node))
    node.items.forEach((item, index) => collectLines(item, below(String(index)), counter, lines, depth + 1));
}

/** What one document of a text is, or what is wrong with it. */
export type ParsedDocument<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | { readonly kind: 'problems'; readonly problems: readonly ResourceProblem[] };

/** As {@link parseResources}, for documents with a kind and a name that are not only resources. */
export function parseDocuments<T extends { readonly kind: string; readonly metadata: { readonly name: string } }>(
  text: string,
  file: string,
  parse: (value: unknown) => ParsedDocument<T>,
): T[] {
  if (Buffer.byteLength(text) > resourceBytesMax)
    throw new Fault('invalid_argument', `${file} is over ${resourceBytesMax} bytes; split it`);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    maxAliasCount: 100,
  } as never) as Document[];
  const problems: string[] = [];
  const parsed: T[] = [];
  for (const document of documents) {
    for (const error of document.errors)
      problems.push(`${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`);
    if (document.errors.length > 0 || document.contents === null) continue;
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (value === null) continue;
    const result = parse(value);
    if (result.kind === 'parsed') parsed.push(result.value);
    else
      for (const { path, message } of result.problems)
        problems.push(
          `${file}:${lineOf(document, path, lines)}: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`,
        );
  }
  const names = new Set<string>();
  for (const { kind, metadata } of parsed) {
    const full = `${kind}/${metadata.name}`;
    if (names.has(full)) problems.push(`${file}: ${full} is there twice; keep one`);
    names.add(full);
  }
  if (problems.length > 0) throw new Fault('invalid_argument', problems.join('\n'));
  return parsed;
}

export interface ResourceProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** One resource from plain values, as the API takes it. */
export function parseResource(
  value: unknown,
):
  | { readonly kind: 'resource'; readonly resource: Resource }
  | { readonly kind: 'problems'; readonly problems: readonly ResourceProblem[] } {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (typeof kind !== 'string' || !(resourceKinds as string[]).includes(kind))
    return {
      kind: 'problems',
      problems: [
        {
          path: ['kind'],
          message: `must be one of ${resourceKinds.join(', ')}, not ${JSON.stringify(kind) ?? 'nothing'}`,
        },
      ],
    };
  const parsed = (resourceSchemas[kind as ResourceKind] as z.ZodType<Resource>).safeParse(value);
  if (parsed.success) return { kind: 'resource', resource: parsed.data };
  return { kind: 'problems', problems: parsed.error.issues.map(asProblem) };
}

/** What is missing is said to be so. */
function asProblem({ path, message }: z.core.$ZodIssue): ResourceProblem {
  return { path, message: /received undefined$/.test(message) ? 'is missing, and needed' : message };
}

/** The line of the deepest part of the path that is there. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range =
      isScalar(node) || isMap(node) || (typeof node === 'object' && node !== null && 'range' in node)
        ? (node as { range?: [number, number, number] | null }).range
        : undefined;
    if (range) return lines.linePos(range[0]).line;
  }
  return 1;
}
