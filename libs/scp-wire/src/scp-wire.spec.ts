import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readScpCommand, readScpMessage, scpError } from './index.ts';

describe('commands', () => {
  it.each([
    ['scp -t /srv/up', 'to-target', '/srv/up', false],
    ['scp -r -p -d -t -- up', 'to-target', 'up', false],
    ['scp -v -p -f report.pdf', 'from-target', 'report.pdf', false],
    ['scp -f -- -name', 'from-target', '-name', false],
    ['scp -f ~/a', 'from-target', './a', false],
    ['scp -f ~', 'from-target', '.', false],
    [`scp -f 'with space'`, 'from-target', 'with space', false],
    [`scp -f with\\ space/"it's"`, 'from-target', `with space/it's`, false],
    ['scp -f logs/*.[0-9]', 'from-target', 'logs/*.[0-9]', true],
    [`scp -f 'a*b'`, 'from-target', 'a*b', false],
    ['scp -f Größe', 'from-target', 'Größe', false],
  ])('%s is a copy', (text, direction, path, globbed) => {
    expect(readScpCommand(text)).toMatchObject({ direction, path, globbed });
  });

  it.each([
    'scp a b',
    'scp -t -f x',
    'scp -f',
    'scp -f a b',
    'scp -f $HOME/x',
    'scp -f "$HOME"',
    'scp -f `id`',
    'scp -f x; id',
    'scp -f x|id',
    'scp -f x\nid',
    'scp -f {a,b}',
    'scp -f ~root/x',
    'scp -f =ls',
    'scp -f logs*/x',
    'scp -t up*',
    'scp -S id -f x',
    'scp -f -S',
    'scp -f x # y',
    'scp -f x\\\ny',
    'sudo scp -f x',
    `scp -f ''`,
  ])('%s is a command as any other', (text) => {
    expect(readScpCommand(text)).toBeUndefined();
  });
});

describe('messages', () => {
  it.each([
    ['C0644 5 name of it', { kind: 'file', name: 'name of it', size: 5n }],
    ['C0644 9999999999999 big', { kind: 'file', name: 'big', size: 9999999999999n }],
    ['D0755 0 folder', { kind: 'folder', name: 'folder' }],
    ['E', { kind: 'end-of-folder' }],
    ['T1700000000 0 1700000000 0', { kind: 'times' }],
    ['\u0001scp: x: not found', { kind: 'error', fatal: false, text: 'scp: x: not found' }],
    ['\u0002gone', { kind: 'error', fatal: true, text: 'gone' }],
  ])('%j is read', (line, message) => {
    expect(readScpMessage(Buffer.from(line))).toEqual(message);
  });

  it.each([
    '',
    'X',
    'C644 5 x',
    'C0644 -5 x',
    'C0644 5 ',
    'C0644 5 a/b',
    'C0644 5 ..',
    'D0755 0 ..',
    'C0644 5',
    'E ',
    'T1 0',
  ])('%j is refused', (line) => {
    expect(() => readScpMessage(Buffer.from(line))).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
  });

  it('of random bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.constantFrom('C', 'D', 'T', 'E', ''), fc.uint8Array({ maxLength: 40 }), (letter, bytes) => {
        try {
          const message = readScpMessage(Buffer.concat([Buffer.from(letter), bytes]));
          if (message.kind === 'file' || message.kind === 'folder') expect(message.name).not.toMatch(/[/\0]/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'protocol_violation' });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('that the gateway writes are one line, whatever they say', () => {
    expect(scpError('a\nb\0c').toString()).toBe('\u0001a b c\n');
  });
});
