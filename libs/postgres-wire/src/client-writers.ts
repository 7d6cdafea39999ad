import { bytesOf, writeMessage } from './write-message.ts';

function packet(code: number, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const bodies = [code, ...parts].map(bytesOf);
  const length = bodies.reduce((sum, { length }) => sum + length, 4);
  return Buffer.concat([bytesOf(length), ...bodies], length);
}

export const sslRequest = (): Buffer => packet((1234 << 16) | 5679);

/** Asks the server to cancel what the process does now. */
export const cancelRequest = (processId: number, secret: Buffer): Buffer =>
  packet((1234 << 16) | 5678, processId, secret);

/** A StartupMessage of protocol 3.0, or another minor version. */
export function startupMessage(parameters: Iterable<readonly [string, string]>, minor = 0): Buffer {
  return packet((3 << 16) | minor, ...[...parameters].flat(), Buffer.alloc(1));
}

export const passwordMessage = (password: string): Buffer => writeMessage('p', password);

/** SASLInitialResponse: String mechanism · Int32 length · response. */
export function saslInitialResponse(mechanism: string, response: string): Buffer {
  const bytes = Buffer.from(response, 'utf8');
  return writeMessage('p', mechanism, bytes.length, bytes);
}

export const saslResponse = (response: string): Buffer => writeMessage('p', Buffer.from(response, 'utf8'));
export const query = (text: string): Buffer => writeMessage('Q', text);
/** A Parse without types for its parameters. */
export const parse = (statement: string, text: string): Buffer => writeMessage('P', statement, text, Buffer.alloc(2));
export const terminate = (): Buffer => writeMessage('X');
