import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import { CurrentPrincipal, checkedBody } from '@inland/service-host';
import { ExplainAccess, explainRequestSchema, type Explanation, type ExplainRequest } from './explain-access.ts';
import type { Caller } from './visible-resources.ts';

@Controller('api/v1')
export class ExplainController {
  readonly #access: ExplainAccess;

  constructor(access: ExplainAccess) {
    this.#access = access;
  }

  /** Why an access would be allowed or refused; nothing takes place. */
  @Post('explain')
  @HttpCode(200)
  explain(
    @Body({ schema: explainRequestSchema, pipes: [checkedBody] }) request: ExplainRequest,
    @CurrentPrincipal() caller: Caller,
    @Ip() address: string,
  ): Explanation {
    const mayAskForOthers = caller.roles.includes('administrator');
    return this.#access.explain(request, { subject: caller.subject, mayAskForOthers, address });
  }
}
