import { describe, expect, it } from '@jest/globals';
import { readsScript } from './script-shell.ts';

describe('a command that is a shell', () => {
  it.each([
    'bash',
    'sh -s',
    '/bin/sh -s -- --name value',
    ' /usr/bin/bash  -ex ',
    'bash -euo pipefail',
    'bash -e -o pipefail -s one two',
    'exec zsh',
    'env LANG=C bash -l',
    '/usr/bin/env bash',
    'LANG=C dash',
    'sudo bash',
    'sudo -n -u deploy bash -s',
    'bash --noprofile --norc -',
  ])('reads its commands from its standard input: %s', (command) => {
    expect(readsScript(command)).toBe(true);
  });

  it.each([
    'bash -c true',
    'bash -lc "cat"',
    "sh -c 'cat > file'",
    'bash script.sh',
    'bash -x script.sh',
    'bash - script.sh',
    'bash; cat',
    'cat | bash',
    'bash -e; cat > file',
    'tee bash',
    'psql',
    'sudo -S bash',
    'bashful',
    '',
  ])('does not: %s', (command) => {
    expect(readsScript(command)).toBe(false);
  });
});
