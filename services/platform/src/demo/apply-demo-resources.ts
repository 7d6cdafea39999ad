import type { ApiClient } from '@inland/api-client';
import { parseAllDocuments } from 'yaml';

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/**
 * Applies the demo's resources through the API. Targets always, for their addresses may have moved; rules and grants only
 * where they are missing: what somebody changed stays as it is.
 */
export async function applyDemoResources(client: ApiClient, yaml: string): Promise<void> {
  const wanted = parseAllDocuments(yaml).map((document) => document.toJS() as Named);
  const { resources: known } = await client.get<{ resources: readonly Named[] }>('/api/v1/resources');
  const names = new Set(known.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const resources = wanted.filter(({ kind, metadata }) => kind === 'Target' || !names.has(`${kind}/${metadata.name}`));
  await client.post('/api/v1/resources/apply', { resources });
}
