import { CommandPlaces } from '@inland/command-places';
import { systemClock } from '@inland/kernel';
import { PolicyEngine } from '@inland/residency';
import type { ServiceContext, ServiceDefinition, ServiceParts } from '@inland/service-host';
import { loadShellReader, loadSqlParser } from '@inland/statements';
import { ExplainAccess } from './explain/explain-access.ts';
import { ExplainRecorded } from './explain/explain-recorded.ts';
import { ExplainController } from './explain/explain.controller.ts';
import { bundleFrom, defaultBundle } from './bundle/policy-bundle.ts';
import { policyConfigSchema, type PolicyConfig } from './policy-config.ts';
import { PolicyView } from './policy-view.ts';
import { preparePolicy } from './bundle/prepare-policy.ts';
import { RequestAccess } from './requests/request-access.ts';
import { RuleChanges } from './rules/rule-changes.ts';
import { RuleChangesController } from './rules/rule-changes.controller.ts';
import { AccessRequestsController } from './requests/access-requests.controller.ts';
import { ApprovalWebhooks } from './requests/approval-webhooks.ts';
import { notifyWebhooks } from './requests/notify-webhooks.ts';
import { WebhooksController } from './requests/webhooks.controller.ts';
import { ResourcesController } from './rules/resources.controller.ts';
import { WhatIfController } from './explain/what-if.controller.ts';
import { WhatIfLog } from './explain/what-if-log.ts';

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
  const own = config.bundle === undefined ? undefined : await bundleFrom(config.bundle);
  const bundle = config.bundle?.mode === 'replace' ? (own ?? defaultBundle()) : defaultBundle();
  const extension = config.bundle?.mode === 'extend' ? own : undefined;
  await preparePolicy({ log, view, source, bundle, extension, systemResources: config.systemResources });
  const patterns = await PolicyEngine.load(defaultBundle().wasm);
  const access = new ExplainAccess({
    view,
    region,
    places: context.places,
    record: context.storeRegions,
    clock: systemClock,
    sqlParser: await loadSqlParser(),
    commands: new CommandPlaces(await loadShellReader(), () => view.world, context.addresses),
    scratch: await PolicyEngine.load(bundle.wasm, extension?.wasm),
  });
  const requests = new RequestAccess({ log, view, source, clock: systemClock });
  const { coordination, secrets, logger } = context;
  const { notify: listeners, approvals: senders } = config.webhooks;
  const webhooks = new ApprovalWebhooks({ requests, coordination, secrets, senders, clock: systemClock });
  const from = view.nextOffset;
  const telling = await notifyWebhooks({
    log,
    coordination,
    requests,
    secrets,
    listeners,
    logger,
    from,
    folded: (offset) => view.waitFor(offset),
  });
  return {
    modules: [
      {
        module: PolicyModule,
        controllers: [
          ResourcesController,
          ExplainController,
          WhatIfController,
          RuleChangesController,
          AccessRequestsController,
          WebhooksController,
        ],
        providers: [
          {
            provide: RuleChanges,
            useValue: new RuleChanges({ log, view, source, patterns, approvers: config.ruleApprovers }),
          },
          { provide: RequestAccess, useValue: requests },
          { provide: ApprovalWebhooks, useValue: webhooks },
          { provide: ExplainAccess, useValue: access },
          { provide: ExplainRecorded, useValue: new ExplainRecorded(log) },
          {
            provide: WhatIfLog,
            useValue: new WhatIfLog({ log, view, engine: () => PolicyEngine.load(bundle.wasm, extension?.wasm) }),
          },
          { provide: PolicyView, useValue: new PolicyView(view) },
        ],
      },
    ],
    ready: async () => {
      if (view.bundleDigest === undefined) return { ok: false, reason: 'no policy bundle is active' };
      return view.freshness().fresh ? { ok: true } : { ok: false, reason: 'the rules may be stale' };
    },
    close: async () => telling?.close(),
  };
}
