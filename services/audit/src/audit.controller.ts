import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { EventLog } from '@inland/event-log';
import { Roles } from '@inland/service-host';
import { AuditStore } from './audit-store.ts';
import { rebuildAudit } from './rebuild-audit.ts';

/** The log that projections are built from: a class, so that Nest can give it. */
export class AuditLog {
  readonly log: EventLog;

  constructor(log: EventLog) {
    this.log = log;
  }
}

@ApiTags('audit')
@ApiBearerAuth()
@Controller('api/v1/audit')
export class AuditController {
  readonly #audit: AuditStore;
  readonly #log: AuditLog;

  constructor(audit: AuditStore, log: AuditLog) {
    this.#audit = audit;
    this.#log = log;
  }

  @Post('rebuild')
  @HttpCode(200)
  @Roles('administrator')
  @ApiOperation({ summary: 'Drop the audit projection and build it again from the log, to the same rows' })
  @ApiOkResponse({ schema: { type: 'object', properties: { events: { type: 'integer' } } } })
  rebuild(): Promise<{ readonly events: number }> {
    return rebuildAudit(this.#log.log, this.#audit.store);
  }
}
