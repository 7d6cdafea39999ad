import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type { WhatIfReport } from '@inland/policy-checks';
import { checkedBody, Roles } from '@inland/service-host';
import { z } from 'zod';
import { applyResourcesMax } from '../rules/resources.controller.ts';
import { WhatIfLog } from './what-if-log.ts';

const whatIfSchema = z.strictObject({
  resources: z.array(z.unknown()).max(applyResourcesMax),
  since: z.iso.datetime(),
});

@Controller('api/v1/policy')
export class WhatIfController {
  readonly #decisions: WhatIfLog;

  constructor(decisions: WhatIfLog) {
    this.#decisions = decisions;
  }

  /** What recorded attempts and commands would come out as by other rules. Nothing is changed. */
  @Post('what-if')
  @HttpCode(200)
  @Roles('administrator', 'auditor')
  ask(
    @Body({ schema: whatIfSchema, pipes: [checkedBody] }) body: z.output<typeof whatIfSchema>,
  ): Promise<WhatIfReport> {
    return this.#decisions.ask(body);
  }
}
