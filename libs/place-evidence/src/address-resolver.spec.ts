import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { AddressResolver, type AddressQueries } from './address-resolver.ts';
import { resolvePinned } from './resolve-pinned.ts';

/** Says what it is told to, and counts. */
class Answers implements AddressQueries {
  asked: string[] = [];
  constructor(
    public four: (host: string) => Promise<readonly string[]>,
    public six: (host: string) => Promise<readonly string[]> = () => Promise.reject(new Error('ENODATA')),
  ) {}
  resolve4(host: string): Promise<readonly string[]> {
    this.asked.push(host);
    return this.four(host);
  }
  resolve6(host: string): Promise<readonly string[]> {
    return this.six(host);
  }
}
const never = (): Promise<never> => new Promise(() => {});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the addresses of a name', () => {
  it('are all of them, sorted, once', async () => {
    const resolver = new Answers(
      () => Promise.resolve(['192.0.2.2', '192.0.2.1', '192.0.2.2']),
      () => Promise.resolve(['2001:db8::1', 'no address']),
    );
    expect(await resolvePinned('db.example', { resolver })).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  });
  it('are at most 16', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `192.0.2.${index + 100}`);
    const found = await resolvePinned('db.example', { resolver: new Answers(() => Promise.resolve(many)) });
    expect(found).toEqual(many.slice(0, 16));
  });
  it('are itself for an address, and nobody is asked', async () => {
    const resolver = new Answers(never);
    expect(await resolvePinned('192.0.2.9', { resolver })).toEqual(['192.0.2.9']);
    expect(await resolvePinned('2001:db8::1', { resolver })).toEqual(['2001:db8::1']);
    expect(resolver.asked).toEqual([]);
  });
  it('are none where it fails', async () => {
    const failing = new Answers(() => Promise.reject(new Error('ENOTFOUND')));
    expect(await resolvePinned('none.example', { resolver: failing })).toEqual([]);
    const broken = new Answers(() => {
      throw new Error('bad name');
    });
    expect(await resolvePinned('..', { resolver: broken })).toEqual([]);
  });
  it('are none where nobody answers in time; one family does not hide the other', async () => {
    expect(await resolvePinned('slow.example', { resolver: new Answers(never, never), timeoutMillis: 30 })).toEqual([]);
    const half = new Answers(() => Promise.resolve(['192.0.2.1']), never);
    expect(await resolvePinned('half.example', { resolver: half, timeoutMillis: 30 })).toEqual(['192.0.2.1']);
  });
  it('are asked for once in 30 seconds, whatever the spelling', async () => {
    const resolver = new Answers(() => Promise.resolve(['192.0.2.1']));
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    await Promise.all([resolvePinned('Db.example', { resolver }), resolvePinned('db.example.', { resolver })]);
    now.mockReturnValue(30_999);
    await resolvePinned('db.example', { resolver });
    expect(resolver.asked).toEqual(['db.example']);
    resolver.four = () => Promise.resolve(['192.0.2.2']);
    now.mockReturnValue(31_001);
    expect(await resolvePinned('db.example', { resolver })).toEqual(['192.0.2.2']);
  });
  it('that were not found are asked for again soon', async () => {
    const resolver = new Answers(() => Promise.reject(new Error('SERVFAIL')));
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    expect(await resolvePinned('db.example', { resolver })).toEqual([]);
    resolver.four = () => Promise.resolve(['192.0.2.1']);
    now.mockReturnValue(1_500);
    expect(await resolvePinned('db.example', { resolver })).toEqual([]);
    now.mockReturnValue(2_500);
    expect(await resolvePinned('db.example', { resolver })).toEqual(['192.0.2.1']);
  });
  it('are forgotten, the oldest first, when there are too many', async () => {
    const answers = new Answers(() => Promise.resolve(['192.0.2.1']));
    const resolver = new AddressResolver({ resolver: answers });
    for (let index = 0; index <= 10_000; index += 1) await resolver.resolve(`n${index}.example`);
    answers.asked = [];
    await resolver.resolve('n1.example');
    expect(answers.asked).toEqual([]);
    await resolver.resolve('n0.example');
    expect(answers.asked).toEqual(['n0.example']);
  });
  it('are those that this machine knows, where nobody else is to be asked', async () => {
    expect(await new AddressResolver().resolve('localhost')).toContain('127.0.0.1');
    expect(await resolvePinned('no-such-name.invalid', { timeoutMillis: 1_000 })).toEqual([]);
  });
});
