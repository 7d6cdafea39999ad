/** A node of the parse tree as libpg-query gives it: `{ SelectStmt: { … } }`, or the fields alone where the type is plain. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The type and the fields of a node that names its type: an object with one key that begins with a capital. */
export function typedNode(value: unknown): { readonly type: string; readonly fields: Fields } | undefined {
  if (!isFields(value)) return undefined;
  const keys = Object.keys(value);
  const type = keys[0];
  if (keys.length !== 1 || type === undefined || !/^[A-Z]/.test(type)) return undefined;
  const fields = value[type];
  return isFields(fields) ? { type, fields } : undefined;
}

/** The nodes of a list that are of one type. */
export function nodesOf(list: unknown, type: string): Fields[] {
  if (!Array.isArray(list)) return [];
  return list.map(typedNode).flatMap((node) => (node?.type === type ? [node.fields] : []));
}

/** The texts of a list of String nodes: a name in its parts. */
export function nameParts(list: unknown): string[] {
  return nodesOf(list, 'String').map(({ sval }) => String(sval ?? ''));
}

/** The text of a string, be it a constant (through casts) or a name. */
export function literalText(value: unknown): string | undefined {
  const node = typedNode(value);
  if (node?.type === 'String') return String(node.fields['sval'] ?? '');
  if (node?.type === 'TypeCast') return literalText(node.fields['arg']);
  if (node?.type !== 'A_Const') return undefined;
  const { sval } = node.fields;
  return isFields(sval) ? String(sval['sval'] ?? '') : undefined;
}

export function isInteger(value: unknown): boolean {
  const node = typedNode(value);
  return node?.type === 'A_Const' && 'ival' in node.fields;
}

/** The value that a SET gives, as text; undefined where there is none. */
export function constantText(value: unknown): string | undefined {
  const node = typedNode(value);
  if (node?.type !== 'A_Const') return literalText(value);
  const { ival, boolval } = node.fields;
  if (isFields(ival)) return String(ival['ival'] ?? 0);
  if (isFields(boolval)) return String(boolval['boolval'] === true);
  return literalText(value);
}
