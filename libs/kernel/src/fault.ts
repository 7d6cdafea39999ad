/**
 * Everything that can go wrong, as a closed set. A refusal is not a fault: it is a value (`outcome`, `reasons`).
 * What each code means for a caller stands in {@link faultTable}.
 */
export type FaultCode =
  | 'invalid_argument'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'conflict'
  | 'resource_exhausted'
  | 'log_unavailable'
  | 'unavailable'
  | 'timeout'
  | 'protocol_violation'
  | 'misconfigured'
  | 'corrupt'
  | 'internal';

export interface FaultTraits {
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The level at which a service logs it. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Whether the message may be shown to the person at the client. */
  readonly clientVisible: boolean;
  /** The HTTP status (RFC 9110 §15) of an API answer. */
  readonly httpStatus: number;
}

export const faultTable: Readonly<Record<FaultCode, FaultTraits>> = {
  invalid_argument: { retryable: false, level: 'info', clientVisible: true, httpStatus: 400 },
  unauthenticated: { retryable: false, level: 'info', clientVisible: true, httpStatus: 401 },
  permission_denied: { retryable: false, level: 'info', clientVisible: true, httpStatus: 403 },
  not_found: { retryable: false, level: 'info', clientVisible: true, httpStatus: 404 },
  conflict: { retryable: false, level: 'info', clientVisible: true, httpStatus: 409 },
  resource_exhausted: { retryable: true, level: 'warn', clientVisible: true, httpStatus: 429 },
  log_unavailable: { retryable: true, level: 'error', clientVisible: true, httpStatus: 503 },
  unavailable: { retryable: true, level: 'warn', clientVisible: true, httpStatus: 503 },
  timeout: { retryable: true, level: 'warn', clientVisible: true, httpStatus: 504 },
  protocol_violation: { retryable: false, level: 'info', clientVisible: true, httpStatus: 400 },
  misconfigured: { retryable: false, level: 'error', clientVisible: false, httpStatus: 500 },
  corrupt: { retryable: false, level: 'error', clientVisible: false, httpStatus: 500 },
  internal: { retryable: false, level: 'error', clientVisible: false, httpStatus: 500 },
};

/** The one error class of Inland. Its message never holds a secret, a credential or a person's data. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get retryable(): boolean {
    return faultTable[this.code].retryable;
  }

  /** Turns whatever was caught into a Fault: use it at every `catch`. */
  static from(caught: unknown, code: FaultCode = 'internal'): Fault {
    if (caught instanceof Fault) return caught;
    const message = caught instanceof Error ? caught.message : String(caught);
    return new Fault(code, message, { cause: caught });
  }
}
