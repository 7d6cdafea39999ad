import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { SessionEvent } from '@inland/events';
import { EventContext } from '@inland/nest-event-transport';
import type { ProjectionTransaction } from '@inland/projection-store';
import { auditEvents, foldAudit } from './fold-audit.ts';

export const auditTransport = Symbol('audit');

/** Keeps the audit projection. */
@Controller()
export class AuditEvents {
  @EventPattern([...auditEvents], auditTransport)
  fold(@Payload() event: SessionEvent, @Ctx() context: EventContext<ProjectionTransaction>): Promise<void> {
    return foldAudit(context.tx, context.stored, event);
  }
}
