import { Controller, Headers, HttpCode, Post, Req, type RawBodyRequest } from '@nestjs/common';
import { Public } from '@inland/service-host';
import type { ShownRequest } from './request-access.ts';
import { ApprovalWebhooks } from './approval-webhooks.ts';

/** Approvals that another system carries: a chat tool that its people have signed in to. */
@Controller('api/v1/webhooks')
export class WebhooksController {
  readonly #webhooks: ApprovalWebhooks;

  constructor(webhooks: ApprovalWebhooks) {
    this.#webhooks = webhooks;
  }

  /** `{"request": "r-…", "decision": "approve" | "reject", "approver": "olga", "reason": "…"}`, signed. */
  @Post('approvals')
  @HttpCode(200)
  @Public()
  async take(
    @Headers('webhook-id') id: string | undefined,
    @Headers('webhook-timestamp') timestamp: string | undefined,
    @Headers('webhook-signature') signature: string | undefined,
    @Req() request: RawBodyRequest<object>,
  ): Promise<Pick<ShownRequest, 'id' | 'state'>> {
    const body = request.rawBody ?? new Uint8Array(0);
    const { id: request_, state } = await this.#webhooks.take(
      { id: id ?? '', timestamp: timestamp ?? '', body },
      signature ?? '',
    );
    return { id: request_, state };
  }
}
