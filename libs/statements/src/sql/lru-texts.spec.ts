import { describe, expect, it } from '@jest/globals';
import { LruTexts } from './lru-texts.ts';

describe('values by text', () => {
  it('are kept as long as they are used', () => {
    const texts = new LruTexts<number>(160);
    for (let count = 0; count < 16; count += 1) texts.set(`text ${String(count).padStart(5)}`, count); // 10 characters each
    expect([texts.chars, texts.get('text     0')]).toEqual([160, 0]);
    texts.set('text    16', 16);
    expect([texts.chars, texts.get('text     0'), texts.get('text     1')]).toEqual([160, 0, undefined]);
  });

  it('are not kept for a text that would push out many', () => {
    const texts = new LruTexts<number>(160);
    texts.set('x'.repeat(11), 1);
    expect(texts.chars).toBe(0);
  });

  it('are at most some thousands, however short their texts', () => {
    const texts = new LruTexts<number>(1_000_000);
    for (let count = 0; count < 5_000; count += 1) texts.set(String(count), count);
    expect(texts.get('0')).toBeUndefined();
    expect(texts.get('4999')).toBe(4999);
  });
});
