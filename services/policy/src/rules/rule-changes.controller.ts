import { Body, Controller, Get, HttpCode, Param, ParseIntPipe, Post } from '@nestjs/common';
import { CurrentPrincipal, Roles, checkedBody } from '@inland/service-host';
import type { RuleVersion } from '@inland/rule-changes';
import { z } from 'zod';
import type { ApplyResult } from './apply-result.ts';
import { PolicyView } from '../policy-view.ts';
import { RuleChanges } from './rule-changes.ts';
import type { Caller } from './visible-resources.ts';

const rollBackSchema = z.strictObject({
  version: z.int().min(1),
  reason: z.string().min(1).max(500),
  dryRun: z.boolean().default(false),
});
const rejectSchema = z.strictObject({ reason: z.string().min(1).max(500) });

/** The versions of the rules, and changes that wait for approval. */
@Controller('api/v1/policy')
export class RuleChangesController {
  readonly #changes: RuleChanges;
  readonly #policy: PolicyView;

  constructor(changes: RuleChanges, policy: PolicyView) {
    this.#changes = changes;
    this.#policy = policy;
  }

  /** Every version, the newest first. */
  @Get('history')
  @Roles('administrator', 'auditor')
  history(): { readonly versions: readonly RuleVersion[] } {
    return { versions: this.#policy.view.changes.versions.toReversed() };
  }

  /** A version, with each resource as it was before and after. */
  @Get('history/:version')
  @Roles('administrator', 'auditor')
  version(@Param('version', ParseIntPipe) version: number): ReturnType<RuleChanges['version']> {
    return this.#changes.version(version);
  }

  @Post('rollback')
  @HttpCode(200)
  @Roles('administrator')
  rollBack(
    @Body({ schema: rollBackSchema, pipes: [checkedBody] }) body: z.output<typeof rollBackSchema>,
    @CurrentPrincipal() { subject: actor }: Caller,
  ): Promise<ApplyResult> {
    const { version, reason, dryRun } = body;
    return this.#changes.rollBack(version, { actor, reason, dryRun });
  }

  @Get('proposals')
  @Roles('administrator', 'auditor')
  proposals(): { readonly proposals: ReturnType<RuleChanges['proposals']> } {
    return { proposals: this.#changes.proposals() };
  }

  @Post('proposals/:change/approve')
  @HttpCode(200)
  @Roles('administrator')
  approve(@Param('change') change: string, @CurrentPrincipal() { subject }: Caller): Promise<ApplyResult> {
    return this.#changes.approve(change, subject);
  }

  @Post('proposals/:change/reject')
  @HttpCode(204)
  @Roles('administrator')
  reject(
    @Param('change') change: string,
    @Body({ schema: rejectSchema, pipes: [checkedBody] }) { reason }: z.output<typeof rejectSchema>,
    @CurrentPrincipal() { subject }: Caller,
  ): Promise<void> {
    return this.#changes.reject(change, subject, reason);
  }
}
