import { describe, expect, it } from '@jest/globals';
import { isCostlyToLex } from './lexing-cost.ts';

describe('a text that PostgreSQL takes too long to lex', () => {
  it.each([
    ['openings of comments', `SELECT 1 ${'/*'.repeat(100_000)}`],
    ['openings of comments among operators', `SELECT 1 ${'+/*'.repeat(10_000)}`],
    ['openings of comments in many places', `SELECT ${`${'/*'.repeat(500)} 1 `.repeat(100)}`],
    ['signs', `SELECT ${'+'.repeat(20_000)}1`],
    ['signs of both kinds', `SELECT ${'+-'.repeat(10_000)}1`],
  ])('is seen by its %s', (_, text) => {
    expect(isCostlyToLex(text)).toBe(true);
  });

  it.each([
    ['a banner', `/${'*'.repeat(200)}\n${'*'.repeat(200)}/ SELECT 1`],
    ['rules of dashes', `${`${'-'.repeat(120)}\n`.repeat(500)}SELECT 1`],
    ['rules of equals', `${`-- ${'='.repeat(2_000)}\n`.repeat(50)}SELECT 1`],
    ['a table of psql in a comment', `/* ${`${'+'.repeat(80)}\n`.repeat(200)} */ SELECT 1`],
    ['many comments', 'SELECT 1 /* one */ + /* two */ 2;'.repeat(5_000)],
    ['base64', `SELECT '${'aGVs+bG8/'.repeat(20_000)}=='`],
  ])('is not %s', (_, text) => {
    expect(isCostlyToLex(text)).toBe(false);
  });
});
