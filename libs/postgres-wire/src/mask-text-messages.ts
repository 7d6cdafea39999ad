import { FieldReader } from './field-reader.ts';
import { maskCells, type MaskedMessage } from './mask-data-row.ts';
import type { ValueMask } from './mask-value.ts';
import { bodyOffset } from './message-decoder.ts';
import { bytesOf, writeMessage } from './write-message.ts';

/** Fields of an error that hold no value of a row: severity, code, positions, source file, line, routine. */
const constantFields = new Set('SVCPpFLR');

/** Masks the texts of an ErrorResponse or NoticeResponse: they quote values. */
export function maskFields(raw: Buffer, mask: ValueMask): MaskedMessage {
  const reader = new FieldReader(raw, bodyOffset);
  const parts: Buffer[] = [];
  let masked = 0;
  for (let kind = reader.byte(); kind !== 0; kind = reader.byte()) {
    const from = reader.position;
    reader.text();
    const value = raw.subarray(from, reader.position - 1);
    const found = constantFields.has(String.fromCharCode(kind)) ? { data: value, masked: 0 } : mask.mask(value);
    masked += found.masked;
    parts.push(Buffer.from([kind]), Buffer.from(found.data), Buffer.alloc(1));
  }
  if (masked === 0) return { raw, masked };
  return { raw: writeMessage(String.fromCharCode(raw[0] ?? 0), ...parts, Buffer.alloc(1)), masked };
}

/** Masks the payload of a NotificationResponse: Int32 process · String channel · String payload. */
export function maskNotification(raw: Buffer, mask: ValueMask): MaskedMessage {
  const reader = new FieldReader(raw, bodyOffset);
  const processId = reader.int32();
  const channel = reader.text();
  const { data, masked } = mask.mask(Buffer.from(reader.text()));
  if (masked === 0) return { raw, masked };
  return { raw: writeMessage('A', processId, channel, bytesOf(Buffer.from(data).toString('utf8'))), masked };
}

/** Masks a FunctionCallResponse: Int32 length (-1: NULL) · bytes. */
export function maskFunctionResult(raw: Buffer, mask: ValueMask): MaskedMessage {
  const reader = new FieldReader(raw, bodyOffset);
  const length = reader.int32();
  if (length < 0) return { raw, masked: 0 };
  const { data, masked } = mask.mask(reader.bytes(length));
  return masked === 0 ? { raw, masked } : { raw: writeMessage('V', data.length, Buffer.from(data)), masked };
}

const copySignature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

/**
 * Masks a CopyData message of a COPY to the client, in which the server sends one row: a line of text, or a row of the
 * binary form (Int16 n · (Int32 length · bytes) × n; the first one after a header, the last one Int16 -1).
 */
export function maskCopyData(raw: Buffer, format: 'text' | 'binary', mask: ValueMask): MaskedMessage {
  if (format === 'text') {
    const { data, masked } = mask.mask(raw.subarray(bodyOffset));
    return masked === 0 ? { raw, masked } : { raw: writeMessage('d', Buffer.from(data)), masked };
  }
  let at = bodyOffset;
  if (raw.subarray(at, at + copySignature.length).equals(copySignature) && raw.length >= at + 19)
    at += 19 + raw.readUInt32BE(at + 15);
  if (at + 2 > raw.length || raw.readInt16BE(at) === -1) return { raw, masked: 0 };
  const { parts, masked } = maskCells(raw, at, [], mask);
  if (parts === undefined) return { raw, masked: 0 };
  const copy = Buffer.concat(parts);
  copy.writeUInt32BE(copy.length - 1, 1);
  return { raw: copy, masked };
}
