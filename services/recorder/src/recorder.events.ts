import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { SessionEvent } from '@inland/events';
import { EventContext } from '@inland/nest-event-transport';
import type { ProjectionTransaction } from '@inland/projection-store';
import { foldRecorder, recorderEvents } from './recorder-projection.ts';

export const recorderTransport = Symbol('recorder');

/** Keeps the recorder's projection. */
@Controller()
export class RecorderEvents {
  @EventPattern([...recorderEvents], recorderTransport)
  fold(@Payload() event: SessionEvent, @Ctx() context: EventContext<ProjectionTransaction>): Promise<void> {
    return foldRecorder(context.tx, context.stored, event);
  }
}
