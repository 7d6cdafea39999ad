import { describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';
import { newSshKeyPair } from './new-ssh-key-pair.ts';

/** As ssh2 1.17 made it: the public key lacks its leading zero byte. */
const malformed = {
  private: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
  public: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAH1dtY1YGgoieKztxSa73ZTnJYLfP3Ig0Z/tiNrtShHw=',
};

describe('newSshKeyPair', () => {
  it('gives pairs that can be read, with their comment', () => {
    for (let count = 0; count < 600; count += 1) {
      const pair = newSshKeyPair('alice');
      expect(ssh2.utils.parseKey(pair.private)).not.toBeInstanceOf(Error);
      expect(pair.public).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68} alice$/);
    }
  });

  it('passes over pairs that cannot be read, or do not belong together', () => {
    const [one, other] = [newSshKeyPair(), newSshKeyPair()];
    const made = [malformed, { private: one.private, public: other.public }, other];
    expect(newSshKeyPair('', () => made.shift() ?? malformed)).toBe(other);
  });

  it('gives up rather than give a pair that nobody can read', () => {
    expect(() => newSshKeyPair('', () => malformed)).toThrow('no readable SSH key pair');
  });
});
