import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { StreamKind } from '@inland/events';
import type { CommandRecord } from '../pipeline/gateway.ts';
import { OutputRelay, type MasksStream } from './output-relay.ts';

/** Holds everything back until a line feed, or until it is told to let go. */
function holding(): MasksStream {
  let held = '';
  return {
    get heldBytes() {
      return held.length;
    },
    write: (chunk) => {
      const all = held + Buffer.from(chunk).toString();
      const end = all.lastIndexOf('\n') + 1;
      held = all.slice(end);
      return { data: Buffer.from(all.slice(0, end)), masked: 0 };
    },
    flush: () => {
      const data = Buffer.from(held);
      held = '';
      return { data, masked: 0 };
    },
  };
}

function begin({
  isEcho = () => false,
  recordedBytesMax = 1_000,
}: { isEcho?: () => boolean; recordedBytesMax?: number } = {}): {
  readonly relay: OutputRelay;
  readonly target: PassThrough;
  readonly steps: string[];
  readonly ended: Promise<void>;
} {
  const target = new PassThrough();
  const client = new PassThrough();
  const steps: string[] = [];
  client.on('data', (chunk: Buffer) => steps.push(`shown ${chunk.toString()}`));
  const command = {
    record: async (_stream: StreamKind, data: Uint8Array) => {
      await turn();
      steps.push(`recorded ${Buffer.from(data).toString()}`);
    },
    summarise: (_stream: StreamKind, data: Uint8Array) => steps.push(`summarised ${Buffer.from(data).toString()}`),
  } as unknown as CommandRecord;
  const masker = holding();
  const relay = new OutputRelay({
    command,
    stream: StreamKind.OUTPUT,
    masker,
    client,
    recordedBytesMax,
    isEcho,
    silenceMillis: () => undefined,
  });
  return { relay, target, steps, ended: relay.run(target as AsyncIterable<Uint8Array>) };
}

/** As many turns as everything that is under way may need. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

describe('an output relay', () => {
  it('shows nothing before it is recorded, and what is held back at the end', async () => {
    const { target, steps, ended } = begin();
    target.write('one\ntw');
    await settle();
    expect(steps).toEqual(['recorded one\n', 'shown one\n']);
    target.end();
    await ended;
    await settle();
    expect(steps.slice(2)).toEqual(['recorded tw', 'shown tw']);
  });

  it('shows an echo at once, but not what was held back before it', async () => {
    const { target, steps, ended } = begin({ isEcho: () => true });
    target.write('x');
    await settle();
    expect(steps).toEqual(['recorded x', 'shown x']);
    target.end();
    await ended;

    const other = begin({ isEcho: () => echoes });
    let echoes = false;
    other.target.write('4111 11');
    await settle();
    echoes = true;
    other.target.write('y');
    await settle();
    expect(other.steps).toEqual([]);
    other.target.end();
    await other.ended;
    await settle();
    expect(other.steps).toEqual(['recorded 4111 11y', 'shown 4111 11y']);
  });

  it('summarises what is more than it records', async () => {
    const { target, steps, ended } = begin({ recordedBytesMax: 4 });
    target.write('one\n');
    await settle();
    target.end('two\n');
    await ended;
    await settle();
    expect(steps).toEqual(['recorded one\n', 'shown one\n', 'summarised two\n', 'shown two\n']);
  });

  it('puts words of the gateway between pieces, in order', async () => {
    const { relay, target, steps, ended } = begin();
    target.write('one\n');
    await settle();
    await relay.say('no\n');
    target.end('two\n');
    await ended;
    await settle();
    expect(steps.filter((step) => step.startsWith('shown'))).toEqual(['shown one\n', 'shown no\n', 'shown two\n']);
  });
});
