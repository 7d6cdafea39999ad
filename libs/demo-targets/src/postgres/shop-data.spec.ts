import { describe, expect, it } from '@jest/globals';
import { shopCustomers } from './shop-data.ts';

const luhn = (card: string): number =>
  [...card].toReversed().reduce((sum, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return sum + (value > 9 ? value - 9 : value);
  }, 0) % 10;

const mod97 = (iban: string): bigint =>
  BigInt([...`${iban.slice(4)}${iban.slice(0, 4)}`].map((char) => Number.parseInt(char, 36)).join('')) % 97n;

describe('the invented customers', () => {
  const customers = shopCustomers();

  it('have cards and accounts that pass their checks, each its own', () => {
    for (const { card, iban } of customers) {
      expect(card).toMatch(/^4\d{15}$/);
      expect(luhn(card)).toBe(0);
      expect(iban).toMatch(/^DE\d{20}$/);
      expect(mod97(iban)).toBe(1n);
    }
    expect(new Set(customers.flatMap(({ card, iban, email }) => [card, iban, email])).size).toBe(3 * customers.length);
  });

  it('get mail at reserved domains only', () => {
    for (const { email } of customers) expect(email).toMatch(/^[a-z.]+@example\.(com|org)$/);
  });
});
