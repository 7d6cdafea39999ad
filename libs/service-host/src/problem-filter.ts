import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { Fault, faultTable } from '@inland/kernel';
import type { Logger } from 'pino';

interface Response {
  readonly headersSent: boolean;
  status(code: number): Response;
  type(mediaType: string): Response;
  send(body: string): void;
  end(): void;
}

/** Answers every failure as a problem document (RFC 9457). What is internal is logged, not told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(caught: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { status, code, detail } = problemOf(caught);
    if (status >= 500) this.#logger.error({ code, error: Fault.from(caught).message }, 'a request failed');
    if (response.headersSent) {
      response.end();
      return;
    }
    response
      .status(status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', title: code, status, detail }));
  }
}

function problemOf(caught: unknown): { readonly status: number; readonly code: string; readonly detail: string } {
  if (caught instanceof HttpException) return { status: caught.getStatus(), code: 'http', detail: caught.message };
  const fault = Fault.from(caught);
  const { httpStatus, clientVisible } = faultTable[fault.code];
  const detail = clientVisible ? fault.message : 'Something went wrong inside; the log of the service says what.';
  return { status: httpStatus, code: fault.code, detail };
}
