import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Fault } from '@inland/kernel';
import { jsonSchemaOf, resourceKinds, resourcesOf, type Resource, type ResourceKind } from '@inland/residency';
import { CurrentPrincipal, Roles, checkedBody } from '@inland/service-host';
import { z } from 'zod';
import { PolicyView } from '../policy-view.ts';
import type { ApplyResult } from './apply-result.ts';
import { RuleChanges } from './rule-changes.ts';
import { visibleTo, type Caller } from './visible-resources.ts';

/** At most so many resources in one request. */
export const applyResourcesMax = 1_000;

const applySchema = z.strictObject({
  resources: z.array(z.unknown()).min(1).max(applyResourcesMax),
  dryRun: z.boolean().default(false),
  reason: z.string().max(500).default(''),
  sources: z
    .record(
      z.string().max(128),
      z.strictObject({ file: z.string().max(500), lines: z.record(z.string().max(200), z.int().min(1)) }),
    )
    .default({}),
});

@Controller('api/v1')
export class ResourcesController {
  readonly #changes: RuleChanges;
  readonly #policy: PolicyView;

  constructor(changes: RuleChanges, policy: PolicyView) {
    this.#changes = changes;
    this.#policy = policy;
  }

  /** The resources of a kind, or all; a person who is neither administrator nor auditor sees only their own grants. */
  @Get('resources')
  list(
    @Query('kind') kind: string | undefined,
    @CurrentPrincipal() caller: Caller,
  ): { readonly resources: readonly Resource[] } {
    const kinds = kind === undefined ? resourceKinds : [kindNamed(kind)];
    const all = kinds.flatMap((one): Resource[] => resourcesOf(this.#policy.view.world, one) as Resource[]);
    return { resources: visibleTo(caller, all) };
  }

  @Post('resources/apply')
  @HttpCode(200)
  @Roles('administrator')
  apply(
    @Body({ schema: applySchema, pipes: [checkedBody] }) body: z.output<typeof applySchema>,
    @CurrentPrincipal() caller: Caller,
  ): Promise<ApplyResult> {
    const { resources, sources, reason, dryRun } = body;
    return this.#changes.change({ apply: resources, sources }, { actor: caller.subject, reason, dryRun });
  }

  /** Removes a resource; where others must approve that, it is proposed. */
  @Delete('resources/:kind/:name')
  @HttpCode(200)
  @Roles('administrator')
  delete(
    @Param('kind') kind: string,
    @Param('name') name: string,
    @Query('reason') reason: string | undefined,
    @CurrentPrincipal() caller: Caller,
  ): Promise<ApplyResult> {
    const by = { actor: caller.subject, reason: (reason ?? '').slice(0, 500), dryRun: false };
    return this.#changes.change({ apply: [], delete: [{ kind: kindNamed(kind), name }] }, by);
  }

  /** The JSON Schema (2020-12) of a kind. */
  @Get('schemas/:kind')
  schema(@Param('kind') kind: string): object {
    return jsonSchemaOf(kindNamed(kind));
  }
}

function kindNamed(text: string): ResourceKind {
  const kind = resourceKinds.find((one) => one === text);
  if (kind === undefined)
    throw new Fault(
      'not_found',
      `there is no kind ${JSON.stringify(text.slice(0, 64))}; there are ${resourceKinds.join(', ')}`,
    );
  return kind;
}
