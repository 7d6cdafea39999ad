import type { SyntaxNode } from './syntax-tree.ts';

/**
 * Where the body of a here-document begins for bash: after the line of its `<<`. Some bodies the grammar takes for words
 * of that line. Undefined: the tree has it right.
 */
export function misreadBody(node: Pick<SyntaxNode, 'start' | 'text' | 'children'>): number | undefined {
  const start = node.children.find(({ type }) => type === 'heredoc_start');
  if (start === undefined) return undefined;
  const newline = node.text.indexOf('\n', start.start + start.text.length - node.start);
  if (newline < 0) return undefined;
  const body = node.children.find(({ type }) => type === 'heredoc_body');
  const misread = node.children.some(
    (child) => !/^heredoc_(body|end)$/.test(child.type) && child.start + child.text.length - node.start > newline,
  );
  return misread || (body !== undefined && body.start - node.start > newline + 1) ? newline + 1 : undefined;
}

/** The body as bash has it, when the tree has it wrong. */
export function rawBody(node: SyntaxNode, from: number): string {
  const end = node.children.findLast(({ type }) => type === 'heredoc_end');
  return node.text.slice(from, end === undefined ? undefined : end.start - node.start);
}
