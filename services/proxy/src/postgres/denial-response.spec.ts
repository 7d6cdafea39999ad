import { describe, expect, it } from '@jest/globals';
import { readFields } from '@inland/postgres-wire';
import { denialResponse } from './denial-response.ts';

const denial = {
  code: 'target_outside',
  rule: 'ResidencyPolicy/eea',
  message: 'the target is in US.',
  requestId: 'r-1',
};
const fields = (...args: Parameters<typeof denialResponse>): Record<string, string> =>
  Object.fromEntries(readFields({ type: 'E', raw: denialResponse(...args) }));

describe('a denial as an ErrorResponse', () => {
  it('says what, why and what to quote', () => {
    expect(fields(denial, { severity: 'FATAL' })).toEqual({
      S: 'FATAL',
      V: 'FATAL',
      C: '42501',
      M: 'Inland refused this: the target is in US.',
      D: 'Reason target_outside, rule ResidencyPolicy/eea.',
      H: 'Quote request r-1 when you ask about it.',
    });
  });
  it.each([
    ['credential_expired', '28000'],
    ['record_unavailable', '57P03'],
    ['target_unreachable', '08006'],
    ['command_too_long', '54000'],
  ])('says %s as %s', (code, sqlState) => {
    expect(fields({ ...denial, code }, { severity: 'ERROR' })['C']).toBe(sqlState);
  });
  it('says when it is worth trying again', () => {
    expect(fields({ ...denial, code: 'record_unavailable' }, { severity: 'FATAL' })['H']).toMatch(
      /^You can try again\./,
    );
  });
});
