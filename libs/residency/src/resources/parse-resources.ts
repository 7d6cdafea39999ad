import { Fault } from '@inland/kernel';
import { isMap, isScalar, LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { z } from 'zod';
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
  return { kind: 'problems', problems: parsed.error.issues.map(({ path, message }) => ({ path, message })) };
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
