import type { Tree, TreeCursor } from 'web-tree-sitter';

import { misreadBody } from './here-document.ts';

/** A node of a bash syntax tree that outlives the parser's own. */
export interface SyntaxNode {
  readonly type: string;
  readonly named: boolean;
  /** The name of the part that it is of its parent, or empty. */
  readonly field: string;
  readonly start: number;
  readonly text: string;
  readonly children: readonly SyntaxNode[];
}

export interface SyntaxTree {
  readonly root: SyntaxNode;
  /** False: something in the text is not in the grammar, or stands in no node. */
  readonly whole: boolean;
}

const nodesMax = 20_000;
const depthMax = 150;
/** Nodes whose text is more than what their children have. */
const loose = new Set(['string', 'heredoc_body', 'regex', 'expansion', 'heredoc_redirect', 'translated_string']);

/** Undefined: there are too many nodes, or they are too deep. */
export function copyTree(tree: Tree, text: string): SyntaxTree | undefined {
  const cursor = tree.walk();
  try {
    return new TreeCopy(text).copy(cursor);
  } finally {
    cursor.delete();
  }
}

class TreeCopy {
  readonly #text: string;
  #nodes = 0;
  #whole = true;
  #bounded = true;

  constructor(text: string) {
    this.#text = text;
  }

  copy(cursor: TreeCursor): SyntaxTree | undefined {
    const root = this.#node(cursor, 0);
    this.#gap(0, root.start);
    this.#gap(root.start + root.text.length, this.#text.length);
    return this.#bounded ? { root, whole: this.#whole } : undefined;
  }

  #node(cursor: TreeCursor, depth: number): SyntaxNode {
    const type = cursor.nodeType;
    const start = cursor.startIndex;
    const end = cursor.endIndex;
    const named = cursor.nodeIsNamed;
    const field = cursor.currentFieldName ?? '';
    this.#nodes += 1;
    if (this.#nodes > nodesMax || depth > depthMax) this.#bounded = false;
    if (type === 'ERROR' || cursor.nodeIsMissing) this.#whole = false;
    const children: SyntaxNode[] = [];
    if (this.#bounded && cursor.gotoFirstChild()) {
      let at = start;
      do {
        const child = this.#node(cursor, depth + 1);
        if (!loose.has(type)) this.#gap(at, child.start);
        at = child.start + child.text.length;
        children.push(child);
      } while (this.#bounded && cursor.gotoNextSibling());
      if (!loose.has(type)) this.#gap(at, end);
      cursor.gotoParent();
    }
    const node = { type, named, field, start, text: this.#text.slice(start, end), children };
    if (type === 'heredoc_redirect' && misreadBody(node) !== undefined) this.#whole = false;
    return node;
  }

  /** Between nodes only blanks may stand: other text would run without having been read. */
  #gap(from: number, to: number): void {
    if (from < to && !/^(?:[ \t\n]|\\\n)*$/.test(this.#text.slice(from, to))) this.#whole = false;
  }
}
