import type { Frame } from '@inland/recording';
import { printable, table } from './table.ts';

/** What a frame looks like on a terminal. Bytes of a recorded terminal go out as they are; all else is plain text. */
export function frameText(frame: Frame): string | Uint8Array {
  switch (frame.kind) {
    case 'attempted':
      return `── ${frame.time}  ${printable(frame.subject || 'unknown')} → ${printable(`${frame.login}@${frame.target}`)} (${frame.protocol})\n`;
    case 'access':
      return frame.outcome === 'allowed' ? `── allowed by ${frame.reasons[0]?.rule ?? ''}\n` : refused(frame.reasons);
    case 'opened':
      return `── connected to ${frame.targetRegion}\n`;
    case 'command':
      if (frame.observed) return '';
      return `${prompt(frame.operation)} ${printable(frame.text)}\n`;
    case 'allowed':
      return '';
    case 'denied':
      return refused(frame.reasons);
    case 'output':
    case 'error':
      return Buffer.from(frame.data, 'base64');
    case 'input':
      return '';
    case 'postgres':
      return postgresText(frame);
    case 'summary':
      return `── ${frame.stream}: ${frame.bytes} bytes not kept in full, SHA-256 ${frame.sha256}\n`;
    case 'resize':
      return '';
    case 'completed':
      return frame.exitStatus === null || frame.exitStatus === 0 ? '' : `── exit status ${frame.exitStatus}\n`;
    case 'closed':
      return `── ${frame.ending}${frame.reason === '' ? '' : `: ${frame.reason}`}${frame.maskedValues > 0 ? `, ${frame.maskedValues} values masked` : ''}\n`;
  }
}

function prompt(operation: string): string {
  return operation.startsWith('postgres.') ? '=>' : '$';
}

function refused(
  reasons: readonly { readonly code: string; readonly rule: string; readonly message: string }[],
): string {
  const [reason] = reasons;
  return `── refused: ${printable(reason?.message ?? '')} [${reason?.code ?? ''}${reason?.rule ? ` · ${reason.rule}` : ''}]\n`;
}

function postgresText(frame: Extract<Frame, { readonly kind: 'postgres' }>): string {
  const rows = frame.rows.map((row) => row.map((value) => (value === null ? '∅' : printable(value))));
  const result = frame.rows.length === 0 ? '' : `${table(frame.columns.map(printable), rows)}\n`;
  const failure =
    frame.failure === null
      ? ''
      : `${frame.failure.severity} ${frame.failure.code}: ${printable(frame.failure.message)}\n`;
  return `${result}${failure}${frame.complete === null ? '' : `(${frame.complete})\n`}`;
}
