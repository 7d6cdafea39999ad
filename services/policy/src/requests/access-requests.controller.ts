import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CurrentPrincipal, checkedBody } from '@inland/service-host';
import { z } from 'zod';
import { accessRequestSchema, RequestAccess, type ShownRequest, type WantedAccess } from './request-access.ts';
import type { Caller } from '../rules/visible-resources.ts';

const rejectSchema = z.strictObject({ reason: z.string().min(1).max(500) });
const approveSchema = z.strictObject({});

/** Requests for access: made, approved by others, rejected or withdrawn. */
@Controller('api/v1/requests')
export class AccessRequestsController {
  readonly #requests: RequestAccess;

  constructor(requests: RequestAccess) {
    this.#requests = requests;
  }

  @Post()
  @HttpCode(201)
  request(
    @Body({ schema: accessRequestSchema, pipes: [checkedBody] }) wanted: WantedAccess,
    @CurrentPrincipal() caller: Caller,
  ): Promise<ShownRequest> {
    return this.#requests.request(wanted, caller);
  }

  /** One's own, and those that one may approve; all of them for auditors and administrators. */
  @Get()
  list(@CurrentPrincipal() caller: Caller): { readonly requests: readonly ShownRequest[] } {
    return { requests: this.#requests.list(caller) };
  }

  @Get(':id')
  show(@Param('id') id: string, @CurrentPrincipal() caller: Caller): ShownRequest {
    return this.#requests.show(id, caller);
  }

  @Post(':id/approve')
  @HttpCode(200)
  approve(
    @Param('id') id: string,
    @Body({ schema: approveSchema, pipes: [checkedBody] }) _nothing: object,
    @CurrentPrincipal() caller: Caller,
  ): Promise<ShownRequest> {
    return this.#requests.approve(id, caller, 'api');
  }

  /** Rejects a request, or withdraws one's own. */
  @Post(':id/reject')
  @HttpCode(200)
  reject(
    @Param('id') id: string,
    @Body({ schema: rejectSchema, pipes: [checkedBody] }) { reason }: z.output<typeof rejectSchema>,
    @CurrentPrincipal() caller: Caller,
  ): Promise<ShownRequest> {
    return this.#requests.reject(id, caller, { reason, way: 'api' });
  }
}
