import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StreamMasker, ValueMasker } from './index.ts';

const names = ['email', 'card', 'iban'];
const mask = (text: string) => new ValueMasker(names).maskText(text);

describe('ValueMasker', () => {
  it.each([
    ['alice.miller@example.com', 'a****.******@*******.com', 1],
    ['write to bob@mail.example.co.uk now', 'write to b**@****.*******.**.uk now', 1],
    ['jürgen@müller.de', 'j******@*******.de', 1],
    ['4111 1111 1111 1111', '**** **** **** 1111', 1],
    ['card 4111111111111111, exp', 'card ************1111, exp', 1],
    ['378282246310005', '***********0005', 1],
    ['5500-0000-0000-0004 12/27', '****-****-****-0004 12/27', 1],
    ['4111 1111 1111 1111 12', '**** **** **** 1111 12', 1],
    ['DE89 3704 0044 0532 0130 00', 'DE** **** **** **** **30 00', 1],
    ['DE89370400440532013000', 'DE****************3000', 1],
    ['GB29NWBK60161331926819 and a@b.example', 'GB****************6819 and a@*.example', 2],
  ])('masks %s', (text, expected, masked) => {
    expect(mask(text)).toEqual({ text: expected, masked });
  });

  it.each([
    'nothing here',
    '4111 1111 1111 1112',
    '12345678901234567890123456789012',
    'DE88 3704 0044 0532 0130 00',
    'user@localhost',
    'a@b',
    '2026-11-23T10:00:00.000Z',
    'SHA256:4111111111111112abc',
    '',
  ])('leaves %j as it is', (text) => {
    expect(mask(text)).toEqual({ text, masked: 0 });
  });

  it('gives the same object when there is nothing to mask', () => {
    const data = Buffer.from('select 1');
    expect(new ValueMasker(names).mask(data).data).toBe(data);
  });

  it('knows no detector that there is none of', () => {
    expect(() => new ValueMasker(['e-mail'])).toThrow(/no detector e-mail/);
  });

  it('keeps the length, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(new ValueMasker(names).mask(bytes).data).toHaveLength(bytes.length);
      }),
    );
  });
});

const planted = [
  'alice.miller@example.com',
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  '5500000000000004',
  'GB29NWBK60161331926819',
];
const text = `id;name\n1;Alice;${planted[0]};${planted[1]};${planted[2]}\n2 ${planted[3]} x ${planted[4]}\n`;

function streamed(chunks: readonly Uint8Array[]): { readonly out: string; readonly masked: number } {
  const masker = new StreamMasker(names);
  const results = [...chunks.map((chunk) => masker.write(chunk)), masker.flush()];
  return {
    out: Buffer.concat(results.map(({ data }) => data)).toString('latin1'),
    masked: results.reduce((sum, { masked }) => sum + masked, 0),
  };
}

describe('candidates', () => {
  it('pass over no value, whatever it lies between', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...planted,
        '4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1',
        ' ',
        '\0',
        '\n',
        'DE89',
        '@',
        'x@y.example',
        '12 ',
      ),
      fc.string({ maxLength: 12 }),
    );
    let masked = 0;
    const masker = new ValueMasker(names);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const bytes = Buffer.from(pieces.join(''));
        const candidate = masker.candidates(bytes);
        masked += masker.mask(bytes).masked;
        for (let at = 0; at < bytes.length;) {
          const next = candidate(at);
          expect(masker.mask(bytes.subarray(at, next)).masked).toBe(0);
          at = next + 1;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(masked).toBeGreaterThan(100);
  });

  it('pass over a text that holds nothing like a value', () => {
    const bytes = Buffer.from('id 17 since 2026-11-23, state ok\n'.repeat(50));
    expect(new ValueMasker(names).candidates(bytes)(0)).toBe(bytes.length);
  });
});

describe('StreamMasker', () => {
  const whole = streamed([Buffer.from(text)]);

  it('masks what a ValueMasker masks', () => {
    expect(whole.out).toBe(mask(text).text);
    expect(whole.masked).toBe(5);
    for (const value of planted) expect(whole.out).not.toContain(value);
  });

  it('gives the same at every split', () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at += 1)
      expect(streamed([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
  });

  it('gives the same byte by byte', () => {
    expect(streamed([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('gives the same for any text in any pieces', () => {
    const piece = fc.oneof(
      fc.constantFrom(...planted, ' ', '\n', ';', '4111', '-', 'DE89', '@', 'x@y.example', '.', '0'),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(40), { maxLength: 30 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        expect(streamed(chunks)).toEqual(streamed([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('holds back little, and nothing of plain text', () => {
    const masker = new StreamMasker(names);
    masker.write(Buffer.from('x'.repeat(10_000)));
    expect(masker.heldBytes).toBeLessThanOrEqual(640);
    masker.write(Buffer.from('\n'));
    expect(masker.heldBytes).toBe(0);
  });
});
