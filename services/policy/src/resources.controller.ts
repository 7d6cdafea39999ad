import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Fault } from '@inland/kernel';
import { jsonSchemaOf, resourceKinds, resourcesOf, type Resource, type ResourceKind } from '@inland/residency';
import { CurrentPrincipal, Roles, checkedBody } from '@inland/service-host';
import { z } from 'zod';
import { PolicyView } from './policy-view.ts';
import { ResourceChanges, type ApplyResult } from './resource-changes.ts';
import { visibleTo, type Caller } from './visible-resources.ts';

/** At most so many resources in one request. */
export const applyResourcesMax = 1_000;

const applySchema = z.strictObject({
  resources: z.array(z.unknown()).min(1).max(applyResourcesMax),
  dryRun: z.boolean().default(false),
});

@Controller('api/v1')
export class ResourcesController {
  readonly #changes: ResourceChanges;
  readonly #policy: PolicyView;

  constructor(changes: ResourceChanges, policy: PolicyView) {
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
    return this.#changes.apply(body.resources, { actor: caller.subject, dryRun: body.dryRun });
  }

  @Delete('resources/:kind/:name')
  @HttpCode(204)
  @Roles('administrator')
  delete(@Param('kind') kind: string, @Param('name') name: string, @CurrentPrincipal() caller: Caller): Promise<void> {
    return this.#changes.delete(kindNamed(kind), name, caller.subject);
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
