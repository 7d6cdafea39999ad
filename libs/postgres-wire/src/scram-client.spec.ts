import { describe, expect, it } from '@jest/globals';
import { ScramClient } from './scram-client.ts';

/** The exchange of RFC 7677 §3. */
const example = (): ScramClient => new ScramClient('pencil', { user: 'user', nonce: 'rOprNGfwEbeRWgbNEkqO' });
const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

describe('ScramClient', () => {
  it('speaks the exchange of RFC 7677', async () => {
    const client = example();
    expect(client.first()).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    expect(await client.final(serverFirst)).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    );
    expect(() => client.verify(serverFinal)).not.toThrow();
  });

  it('does not take a server that cannot prove itself', async () => {
    const client = example();
    expect(() => client.verify(serverFinal)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
    await client.final(serverFirst);
    for (const wrong of ['v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=', 'v=', 'e=other-error', ''])
      expect(() => client.verify(wrong)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
  });

  it.each([
    ['a nonce of its own', 'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['our nonce alone', 'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['endless work', serverFirst.replace('4096', '99999999')],
    ['no rounds', serverFirst.replace('4096', '0')],
    ['nonsense', 'hello'],
  ])('refuses %s', async (_, message) => {
    await expect(example().final(message)).rejects.toMatchObject({ code: 'protocol_violation' });
  });

  it('makes a nonce of its own each time', () => {
    expect(new ScramClient('x').first()).not.toBe(new ScramClient('x').first());
  });
});
