import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Fault, faultTable } from '@inland/kernel';
import { FaultFilter } from '@inland/nest-event-transport';
import type { Logger } from 'pino';
import type { Observable } from 'rxjs';

interface Response {
  readonly headersSent: boolean;
  status(code: number): Response;
  type(mediaType: string): Response;
  send(body: string): void;
  end(): void;
}

/**
 * Answers every failure of a request as a problem document (RFC 9457); what is internal is logged, not told. A failure of
 * an event handler goes to its transport as it is.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;
  readonly #events = new FaultFilter();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(caught: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() !== 'http') return this.#events.catch(caught);
    const response = host.switchToHttp().getResponse<Response>();
    const { status, code, detail } = problemOf(caught);
    if (status >= 500) this.#logger.error({ code, error: Fault.from(caught).message }, 'a request failed');
    if (response.headersSent) {
      response.end();
      return undefined;
    }
    response
      .status(status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', title: code, status, detail }));
    return undefined;
  }
}

function problemOf(caught: unknown): { readonly status: number; readonly code: string; readonly detail: string } {
  if (caught instanceof HttpException) return { status: caught.getStatus(), code: 'http', detail: caught.message };
  const refused = refusedByParser(caught);
  if (refused !== undefined) return refused;
  const fault = Fault.from(caught);
  const { httpStatus, clientVisible } = faultTable[fault.code];
  const detail = clientVisible ? fault.message : 'Something went wrong inside; the log of the service says what.';
  return { status: httpStatus, code: fault.code, detail };
}

/** What the body parser of Express refuses: too large, no JSON. */
function refusedByParser(caught: unknown): ReturnType<typeof problemOf> | undefined {
  if (!(caught instanceof Error) || !('status' in caught) || !('expose' in caught)) return undefined;
  const { status, expose, message } = caught;
  if (expose !== true || typeof status !== 'number' || status < 400 || status > 499) return undefined;
  return { status, code: 'http', detail: message };
}
