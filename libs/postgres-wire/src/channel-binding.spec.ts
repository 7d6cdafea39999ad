import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { serverEndPoint } from './channel-binding.ts';
import { ScramClient } from './scram-client.ts';

const certificate = Buffer.from('a certificate');
const hash = (name: string): Buffer => createHash(name).update(certificate).digest();

describe('channel binding', () => {
  it.each([
    ['ecdsa-with-SHA256', 'sha256'],
    ['ecdsa-with-SHA384', 'sha384'],
    ['sha512WithRSAEncryption', 'sha512'],
    ['RSA-SHA224', 'sha224'],
    ['sha1WithRSAEncryption', 'sha256'],
    ['md5WithRSAEncryption', 'sha256'],
  ])('is the hash of a certificate that is signed by %s with %s', (signature, name) => {
    expect(serverEndPoint(certificate, signature)).toEqual(hash(name));
  });

  it('is none where the signature has no hash function of its own', () => {
    expect(serverEndPoint(certificate, 'ED25519')).toBeUndefined();
    expect(serverEndPoint(certificate, '')).toBeUndefined();
  });

  it('goes into the proof, and so does that it was not offered', async () => {
    const serverFirst = 'r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
    const data = hash('sha256');
    const bound = new ScramClient('pencil', { nonce: 'abc', binding: { kind: 'server-end-point', data } });
    expect([bound.mechanism, bound.first()]).toEqual(['SCRAM-SHA-256-PLUS', 'p=tls-server-end-point,,n=,r=abc']);
    const said = Buffer.from(/^c=([^,]+),/.exec(await bound.final(serverFirst))?.[1] ?? '', 'base64');
    expect(said).toEqual(Buffer.concat([Buffer.from('p=tls-server-end-point,,'), data]));
    const unbound = new ScramClient('pencil', { nonce: 'abc', binding: { kind: 'not-offered' } });
    expect([unbound.mechanism, unbound.first()]).toEqual(['SCRAM-SHA-256', 'y,,n=,r=abc']);
    expect(await unbound.final(serverFirst)).toMatch(/^c=eSws,/);
  });
});
