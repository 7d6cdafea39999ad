import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readCommandTag, readRowDescription, withFormats } from './backend-messages.ts';
import { parse, query } from './client-writers.ts';
import { readBind, readExecute, readNamed, readParse, readText } from './frontend-messages.ts';
import type { WireMessage } from './message-decoder.ts';
import { writeMessage } from './write-message.ts';

const message = (raw: Buffer): WireMessage => ({ type: String.fromCharCode(raw[0] ?? 0), raw });
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('messages of a client', () => {
  it('reads a query, and refuses one that hides bytes behind its end', () => {
    expect(readText(message(query('select 1')))).toBe('select 1');
    expect(() => readText(message(writeMessage('Q', 'select 1', Buffer.from('drop'))))).toThrow(
      expect.objectContaining({ code: 'protocol_violation' }),
    );
    expect(() => readText(message(writeMessage('Q', Buffer.from('no end'))))).toThrow();
  });

  it('reads Parse, Bind, Execute and Describe', () => {
    expect(readParse(message(parse('s1', 'select $1')))).toEqual({ statement: 's1', text: 'select $1' });
    const bind = writeMessage(
      'B',
      'p',
      's1',
      hex('00010000'),
      hex('0002ffffffff00000001'),
      Buffer.from('x'),
      hex('000200000001'),
    );
    expect(readBind(message(bind))).toEqual({
      portal: 'p',
      statement: 's1',
      parameterFormats: [0],
      parameters: [null, Buffer.from('x')],
      resultFormats: [0, 1],
    });
    expect(readExecute(message(writeMessage('E', 'p', 5)))).toEqual({ portal: 'p', rowsMax: 5 });
    expect(readNamed(message(writeMessage('D', Buffer.from('S'), 's1')))).toEqual({ of: 'statement', name: 's1' });
    expect(readNamed(message(writeMessage('C', Buffer.from('P'), '')))).toEqual({ of: 'portal', name: '' });
  });

  it('reads of random bytes fields or a fault', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(readBind, readParse, readExecute, readNamed, readText),
        (bytes, read) => {
          try {
            read(message(writeMessage('B', Buffer.from(bytes))));
          } catch (error) {
            expect(error).toMatchObject({ code: 'protocol_violation' });
          }
        },
      ),
    );
  });
});

describe('messages of a server', () => {
  const description = message(hex('540000001c00016f6e6500000000000000000000170004ffffffff0000'));

  it('reads a RowDescription and writes it with other formats', () => {
    expect(readRowDescription(description)).toEqual([{ name: 'one', typeOid: 23, format: 0 }]);
    expect(readRowDescription(message(withFormats(description, [1])))).toEqual([
      { name: 'one', typeOid: 23, format: 1 },
    ]);
    expect(readRowDescription(description)[0]?.format).toBe(0);
  });

  it.each([
    ['SELECT 3', 3],
    ['INSERT 0 7', 7],
    ['BEGIN', 0],
  ])('counts the rows of %s', (tag, rows) => {
    expect(readCommandTag(message(writeMessage('C', tag)))).toEqual({ tag, rows });
  });
});
