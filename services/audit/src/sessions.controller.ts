import { Controller, Get, Ip, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Fault } from '@inland/kernel';
import { checkedBody, CurrentPrincipal, type ApiPrincipal } from '@inland/service-host';
import { z } from 'zod';
import { AuditStore } from './audit-store.ts';
import { listSessions, pageSessionsMax, placeOf, sessionDetail, type SessionPlace } from './session-queries.ts';
import { SessionReplay, type ReplaySource } from './session-replay.ts';
import {
  openApiSchema,
  sessionDetailSchema,
  sessionPageSchema,
  verificationSchema,
  type SessionDetail,
  type SessionPage,
  type Verification,
} from './session-view.ts';

const time = z.iso.datetime({ offset: true });
const filterSchema = z.strictObject({
  subject: z.string().max(128).optional(),
  target: z.string().max(253).optional(),
  outcome: z.enum(['allowed', 'denied']).optional(),
  since: time.optional(),
  until: time.optional(),
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(pageSessionsMax).default(50),
});
const replaySchema = z.strictObject({ from: z.enum(['auto', 'log', 'recording']).default('auto') });
const cursorSchema = z.tuple([time, z.string().max(64)]);

interface StreamResponse {
  type(mediaType: string): void;
  write(text: string): boolean;
  end(): void;
  destroy(): void;
  readonly destroyed: boolean;
  once(event: 'drain' | 'close', listener: () => void): void;
}

/** What happened: everyone's own sessions, and all of them for auditors and administrators. */
@ApiTags('sessions')
@ApiBearerAuth()
@Controller('api/v1/sessions')
export class SessionsController {
  readonly #audit: AuditStore;
  readonly #replay: SessionReplay;

  constructor(audit: AuditStore, replay: SessionReplay) {
    this.#audit = audit;
    this.#replay = replay;
  }

  @Get()
  @ApiOperation({ summary: 'Sessions, newest first, by pages' })
  @ApiQuery({ name: 'subject', required: false })
  @ApiQuery({ name: 'target', required: false })
  @ApiQuery({ name: 'outcome', required: false, enum: ['allowed', 'denied'] })
  @ApiQuery({ name: 'since', required: false, description: 'RFC 3339, inclusive' })
  @ApiQuery({ name: 'until', required: false, description: 'RFC 3339, exclusive' })
  @ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' })
  @ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: pageSessionsMax } })
  @ApiOkResponse({ schema: openApiSchema(sessionPageSchema) })
  async list(
    @Query({ schema: filterSchema, pipes: [checkedBody] }) query: z.output<typeof filterSchema>,
    @CurrentPrincipal() caller: ApiPrincipal,
  ): Promise<SessionPage> {
    const { cursor, ...filter } = query;
    const subject = seesAll(caller) ? filter.subject : caller.subject;
    if (filter.subject !== undefined && filter.subject !== subject)
      throw new Fault('permission_denied', 'the sessions of others are for auditors and administrators');
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const rows = await listSessions(this.#audit.store, { ...filter, subject, after, limit: filter.limit + 1 });
    const sessions = rows.slice(0, filter.limit);
    const last = sessions.at(-1);
    return {
      sessions,
      next: rows.length > sessions.length && last !== undefined ? writeCursor(last.startedAt, last.id) : null,
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One session with its commands and decisions' })
  @ApiOkResponse({ schema: openApiSchema(sessionDetailSchema) })
  async show(
    @Param('id') id: string,
    @CurrentPrincipal() caller: ApiPrincipal,
    @Ip() address: string,
  ): Promise<SessionDetail> {
    this.#replay.assertMaySee({ ...caller, address }, await this.#place(id, caller));
    const detail = await sessionDetail(this.#audit.store, id);
    if (detail === undefined || !maySee(caller, detail)) throw unknownSession(id);
    return detail;
  }

  @Get(':id/verify')
  @ApiOperation({ summary: 'Whether the chain of the session holds, by the log' })
  @ApiOkResponse({ schema: openApiSchema(verificationSchema) })
  async verify(@Param('id') id: string, @CurrentPrincipal() caller: ApiPrincipal): Promise<Verification> {
    return this.#replay.verify(id, await this.#place(id, caller));
  }

  /** A line of JSON per frame. A fault in the middle ends the answer without its last line end. */
  @Get(':id/replay')
  @ApiOperation({ summary: 'What happened, frame by frame (JSON lines); that you look is recorded' })
  @ApiQuery({ name: 'from', required: false, enum: ['auto', 'log', 'recording'] })
  @ApiProduces('application/x-ndjson')
  async replay(
    @Param('id') id: string,
    @Query({ schema: replaySchema, pipes: [checkedBody] }) { from }: { readonly from: ReplaySource },
    @CurrentPrincipal() caller: ApiPrincipal,
    @Ip() address: string,
    @Res() response: StreamResponse,
  ): Promise<void> {
    const frames = await this.#replay.play(id, await this.#place(id, caller), { ...caller, address }, from);
    let begun = false;
    try {
      for await (const frame of frames) {
        if (response.destroyed) return;
        if (!begun) response.type('application/x-ndjson');
        begun = true;
        if (!response.write(`${JSON.stringify(frame)}\n`)) await drained(response);
      }
    } catch (error) {
      if (!begun) throw error;
      response.destroy(); // the client must not take a part for the whole
      return;
    }
    response.end();
  }

  async #place(id: string, caller: ApiPrincipal): Promise<SessionPlace> {
    const place = await placeOf(this.#audit.store, id);
    if (place === undefined || !maySee(caller, place)) throw unknownSession(id);
    return place;
  }
}

function seesAll({ roles }: ApiPrincipal): boolean {
  return roles.includes('auditor') || roles.includes('administrator');
}

function maySee(caller: ApiPrincipal, { subject }: { readonly subject: string }): boolean {
  return seesAll(caller) || (subject !== '' && subject === caller.subject);
}

/** The same answer for what is not there and for what is not theirs. */
function unknownSession(id: string): Fault {
  return new Fault('not_found', `there is no session ${JSON.stringify(id.slice(0, 64))} that you may see`);
}

function writeCursor(startedAt: string | Date, id: string): string {
  return Buffer.from(JSON.stringify([new Date(startedAt).toISOString(), id])).toString('base64url');
}

function readCursor(text: string): { readonly startedAt: string; readonly id: string } {
  try {
    const [startedAt, id] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { startedAt, id };
  } catch {
    throw new Fault('invalid_argument', 'cursor: take it from `next` of the page before');
  }
}

function drained(response: StreamResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
