import { describe, expect, it } from '@jest/globals';
import { changesLexing, settingChange } from './settings.ts';

describe('a setting', () => {
  it.each([
    ['standard_conforming_strings', 'off', true],
    ['Standard_Conforming_Strings', 'OFF', true],
    ['standard_conforming_strings', 'f', true],
    ['standard_conforming_strings', undefined, true],
    ['standard_conforming_strings', 'on', false],
    ['standard_conforming_strings', ' true ', false],
    ['standard_conforming_strings', '1', false],
    ['client_encoding', 'SJIS', true],
    ['client_encoding', 'Shift_JIS-2004', true],
    ['client_encoding', 'windows-936', true],
    ['client_encoding', 'gb18030', true],
    ['client_encoding', undefined, true],
    ['client_encoding', 'UTF8', false],
    ['client_encoding', 'utf-8', false],
    ['client_encoding', 'LATIN1', false],
    ['client_encoding', 'EUC_JP', false],
    ['client_encoding', 'SQL_ASCII', false],
    ['work_mem', undefined, false],
  ])('%s = %s has texts read otherwise: %s', (name, value, otherwise) => {
    expect(changesLexing(name, value)).toBe(otherwise);
  });

  it('may change who acts, what names mean, and what protects', () => {
    expect(settingChange('ROLE', 'bob')).toMatchObject({ role: true, searchPath: false, administration: false });
    expect(settingChange('search_path', 'x')).toMatchObject({ role: false, searchPath: true });
    expect(settingChange('session_replication_role', 'replica')).toMatchObject({ administration: true });
    expect(settingChange('work_mem', '1')).toEqual({
      role: false,
      searchPath: false,
      lexing: false,
      administration: false,
    });
  });
});
