import type { World } from '@inland/residency';

/** Where a part of a resource is written, as `file:line`; where the part is not known, the part around it. */
export function lineAt(world: World, full: string, path: string): { readonly at?: string } {
  const source = world.resources.get(full)?.source;
  if (source === undefined) return {};
  const keys = path.split('.');
  for (let length = keys.length; length >= 0; length -= 1) {
    const line = source.lines[keys.slice(0, length).join('.')];
    if (line !== undefined) return { at: `${source.file}:${line}` };
  }
  return { at: source.file };
}
