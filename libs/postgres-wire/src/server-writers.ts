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

/** The newest minor version of protocol 3 that is spoken: as PostgreSQL 18, with keys for cancelling of up to 256 bytes. */
export const minorVersionMax = 2;

/** Says which version 3.x is spoken, and which protocol options are not known. */
export function negotiateProtocolVersion(minor: number, unknownOptions: readonly string[]): Buffer {
  return writeMessage('v', (3 << 16) | minor, unknownOptions.length, ...unknownOptions);
}

export interface NoticeFields {
  readonly message: string;
  readonly hint?: string;
}

/** A NoticeResponse of the severity WARNING, with a SQLSTATE of the class 01. */
export function noticeResponse({ message, hint }: NoticeFields): Buffer {
  const fields = ['SWARNING', 'VWARNING', 'C01000', `M${message}`];
  if (hint !== undefined) fields.push(`H${hint}`);
  return writeMessage('N', ...fields, Buffer.alloc(1));
}

/** The answers to SSLRequest and GSSENCRequest: one byte, no message. */
export const encryptionAccepted = (): Buffer => Buffer.from('S');
export const encryptionRefused = (): Buffer => Buffer.from('N');
