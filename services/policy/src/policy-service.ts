import { systemClock } from '@inland/kernel';
import { ClientPlaces, PolicyEngine } from '@inland/residency';
import type { ServiceContext, ServiceDefinition, ServiceParts } from '@inland/service-host';
import { loadSqlParser } from '@inland/statements';
import { ExplainAccess } from './explain-access.ts';
import { ExplainController } from './explain.controller.ts';
import { bundleFrom, defaultBundle } from './policy-bundle.ts';
import { policyConfigSchema, type PolicyConfig } from './policy-config.ts';
import { PolicyView } from './policy-view.ts';
import { preparePolicy } from './prepare-policy.ts';
import { ResourceChanges } from './resource-changes.ts';
import { ResourcesController } from './resources.controller.ts';
import { WhatIfController } from './what-if.controller.ts';
import { WhatIfLog } from './what-if-log.ts';

class PolicyModule {}

/** The policy service: what is stated of the world, which bundle decides, and why it decides so. */
export const policyService: ServiceDefinition<PolicyConfig> = {
  name: 'policy',
  configSchema: policyConfigSchema,
  create: createPolicy,
};

async function createPolicy(context: ServiceContext, config: PolicyConfig): Promise<ServiceParts> {
  const { log, region } = context;
  const view = await context.view();
  const source = `/inland/policy/${context.replica}`;
  const bundle = config.bundleFile === undefined ? defaultBundle() : await bundleFrom(config.bundleFile);
  await preparePolicy({ log, view, source, bundle, systemResources: config.systemResources });
  const patterns = await PolicyEngine.load(defaultBundle().wasm);
  const access = new ExplainAccess({
    view,
    region,
    places: new ClientPlaces(context.trustedNetworks),
    record: context.storeRegions,
    clock: systemClock,
    sqlParser: await loadSqlParser(),
  });
  return {
    modules: [
      {
        module: PolicyModule,
        controllers: [ResourcesController, ExplainController, WhatIfController],
        providers: [
          { provide: ResourceChanges, useValue: new ResourceChanges({ log, view, source, patterns }) },
          { provide: ExplainAccess, useValue: access },
          { provide: WhatIfLog, useValue: new WhatIfLog({ log, view, wasm: () => bundle.wasm }) },
          { provide: PolicyView, useValue: new PolicyView(view) },
        ],
      },
    ],
    ready: async () => {
      if (view.bundleDigest === undefined) return { ok: false, reason: 'no policy bundle is active' };
      return view.freshness().fresh ? { ok: true } : { ok: false, reason: 'the rules may be stale' };
    },
    close: async () => undefined,
  };
}
