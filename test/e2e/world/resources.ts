import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clients } from './clients.ts';

/** A resource as `inland get` prints it. */
export async function resourceOf(person: Clients, kind: string, name: string): Promise<Record<string, unknown>> {
  const resources = await person.json<{ metadata: { name: string } }[]>('get', kind);
  const found = resources.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind}/${name}`);
  return found as unknown as Record<string, unknown>;
}

/** Applies resources with `inland apply -f`. */
export async function applyYaml(
  person: Clients,
  folder: string,
  resources: readonly object[],
  ...options: string[]
): Promise<void> {
  const file = join(folder, 'applied-by-the-test.yaml');
  await writeFile(file, resources.map((resource) => JSON.stringify(resource)).join('\n---\n')); // JSON is YAML
  const { status, stdout, stderr } = await person.inland('apply', '-f', file, ...options);
  if (status !== 0) throw new Error(`inland apply exited with ${status}: ${stdout}${stderr}`);
}
