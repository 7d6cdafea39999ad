import { Body, Controller, HttpCode, Ip, Post } from '@nestjs/common';
import { CurrentPrincipal, checkedBody } from '@inland/service-host';
import { ExplainAccess, explainRequestSchema, type Explanation, type ExplainRequest } from './explain-access.ts';
import { ExplainRecorded, recordedSchema, type Recorded, type RecordedExplanation } from './explain-recorded.ts';
import type { Caller } from '../rules/visible-resources.ts';

@Controller('api/v1')
export class ExplainController {
  readonly #access: ExplainAccess;
  readonly #recorded: ExplainRecorded;

  constructor(access: ExplainAccess, recorded: ExplainRecorded) {
    this.#access = access;
    this.#recorded = recorded;
  }

  /** Why a decision of the record came out as it did: by the rules of then. */
  @Post('explain/recorded')
  @HttpCode(200)
  explainRecorded(
    @Body({ schema: recordedSchema, pipes: [checkedBody] }) recorded: Recorded,
    @CurrentPrincipal() { subject, roles }: Caller,
  ): Promise<RecordedExplanation> {
    const seesAll = roles.includes('administrator') || roles.includes('auditor');
    return this.#recorded.explain(recorded, { subject, seesAll });
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
    const seesAllGrants = mayAskForOthers || caller.roles.includes('auditor');
    return this.#access.explain(request, { subject: caller.subject, mayAskForOthers, seesAllGrants, address });
  }
}
