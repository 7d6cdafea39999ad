import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { CommandRequest, GatewaySession } from '../pipeline/gateway.ts';
import { PipedLines } from './piped-lines.ts';

function begin(): {
  readonly lines: PipedLines;
  readonly submitted: string[];
  readonly completed: unknown[];
  readonly passed: () => string;
} {
  const target = new PassThrough({ highWaterMark: 1024 * 1024 });
  const submitted: string[] = [];
  const completed: unknown[] = [];
  let passed = '';
  target.on('data', (chunk: Buffer) => (passed += chunk.toString()));
  const session = {
    id: 'request-1',
    submit: ({ operation, text, observed }: CommandRequest) => {
      submitted.push(`${operation} ${observed} ${text}`);
      return Promise.resolve(
        text.includes('forbidden')
          ? {
              kind: 'refused',
              denial: { code: 'operation_forbidden', rule: '', message: 'no', requestId: 'request-1' },
            }
          : {
              kind: 'allowed',
              command: { completed: (result: unknown) => Promise.resolve(void completed.push(text, result)) },
            },
      );
    },
  } as unknown as GatewaySession;
  return {
    lines: new PipedLines({ session, channel: 1, target, lineBytesMax: 64 }),
    submitted,
    completed,
    passed: () => passed,
  };
}

const script = 'cd /tmp\n\nls -l é\n  exit 3';

describe('lines piped into a shell', () => {
  it('are decided one by one and passed unchanged, however they are split', async () => {
    const data = Buffer.from(script);
    for (let split = 0; split <= data.length; split += 1) {
      const { lines, submitted, passed } = begin();
      for (const chunk of [data.subarray(0, split), data.subarray(split)])
        expect(await lines.given(chunk)).toBeUndefined();
      expect(await lines.ended()).toBeUndefined();
      expect(submitted).toEqual(['ssh.line true cd /tmp', 'ssh.line true ls -l é', 'ssh.line true   exit 3']);
      expect(passed()).toBe(script);
    }
  });

  it('wait until they are whole', async () => {
    const { lines, submitted, passed } = begin();
    await lines.given(Buffer.from('rm -rf /tmp/x'));
    expect([submitted, passed()]).toEqual([[], '']);
    await lines.given(Buffer.from('yz\n'));
    expect([submitted, passed()]).toEqual([['ssh.line true rm -rf /tmp/xyz'], 'rm -rf /tmp/xyz\n']);
  });

  it('pass up to the one that is refused', async () => {
    const { lines, completed, passed } = begin();
    expect(await lines.given(Buffer.from('one\nforbidden\nthree\n'))).toMatchObject({ code: 'operation_forbidden' });
    expect(passed()).toBe('one\n');
    expect(completed).toEqual(['one', { status: '' }, 'three', { status: 'not_run' }]);
  });

  it('may not be longer than can be judged', async () => {
    const { lines, passed } = begin();
    expect(await lines.given(Buffer.from('x'.repeat(65)))).toMatchObject({ code: 'command_too_long' });
    expect(passed()).toBe('');
  });
});
