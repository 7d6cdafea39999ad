import { writeMessage } from './write-message.ts';

export interface ErrorFields {
  readonly severity: 'ERROR' | 'FATAL';
  /** Five characters, PostgreSQL's appendix A. */
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

export function errorResponse({ severity, sqlState, message, detail, hint }: ErrorFields): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${sqlState}`, `M${message}`];
  if (detail !== undefined) fields.push(`D${detail}`);
  if (hint !== undefined) fields.push(`H${hint}`);
  return writeMessage('E', ...fields, Buffer.alloc(1));
}

export const authenticationOk = (): Buffer => writeMessage('R', 0);
export const authenticationCleartextPassword = (): Buffer => writeMessage('R', 3);
export const readyForQuery = (status: 'I' | 'T' | 'E'): Buffer => writeMessage('Z', Buffer.from(status, 'latin1'));
export const backendKeyData = (processId: number, secret: Buffer): Buffer => writeMessage('K', processId, secret);

/** Says that the newest version spoken is 3.0, and which protocol options are not known. */
export function negotiateProtocolVersion(unknownOptions: readonly string[]): Buffer {
  return writeMessage('v', 3 << 16, unknownOptions.length, ...unknownOptions);
}

/** The answers to SSLRequest and GSSENCRequest: one byte, no message. */
export const encryptionAccepted = (): Buffer => Buffer.from('S');
export const encryptionRefused = (): Buffer => Buffer.from('N');
