import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letter is taken for another. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** The id of a request or of a change, short enough to be read out: a letter and 50 random bits. */
export function newRequestId(prefix: 'r' | 'c' = 'r'): string {
  return `${prefix}-${[...randomBytes(10)].map((byte) => letters[byte % 32]).join('')}`;
}

export const requestIdPattern = /^[rc]-[0-9a-hjkmnp-tv-z]{10}$/;
