import { describe, expect, it } from '@jest/globals';
import { newSshKeyPair } from '@inland/ssh-keys';
import { principalsOf } from './people.ts';

describe('principalsOf', () => {
  const authority = newSshKeyPair('the authority').public;
  const plain = authority.split(' ').slice(0, 2).join(' ');
  const alice = { subject: 'alice', displayName: '', groups: [], sshKeys: [] };

  it('gives each person the authorities', () => {
    expect(principalsOf([alice], [authority])).toMatchObject([{ subject: 'alice', certificateAuthorities: [plain] }]);
    expect(principalsOf([alice])).toMatchObject([{ certificateAuthorities: [] }]);
  });

  it('takes no authority that is no key, and none that is also the key of a person', () => {
    expect(() => principalsOf([alice], ['nonsense'])).toThrow('user authority 1');
    expect(() => principalsOf([{ ...alice, sshKeys: [authority] }], [authority])).toThrow("a user authority's");
  });
});
