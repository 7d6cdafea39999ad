import { describe, expect, it } from '@jest/globals';
import { SftpDecoder } from '@inland/sftp-wire';
import * as fc from 'fast-check';
import type { CommandRequest, GatewaySession } from '../../pipeline/gateway.ts';
import { SftpRelay } from './sftp-relay.ts';

const uint32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer).swap32();
const string = (text: string | Buffer): Buffer => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);
const packet = (type: number, ...fields: readonly Buffer[]): Buffer =>
  string(Buffer.concat([Buffer.of(type), ...fields]));
const open = (id: number, path: string, flags = 1): Buffer =>
  packet(3, uint32(id), string(path), uint32(flags), uint32(0));
const read = (id: number, handle: string): Buffer =>
  packet(5, uint32(id), string(handle), Buffer.alloc(8), uint32(100));
const handle = (id: number, name: string): Buffer => packet(102, uint32(id), string(name));
const data = (id: number, bytes: string): Buffer => packet(103, uint32(id), string(bytes));
const status = (id: number, code: number): Buffer =>
  packet(101, uint32(id), uint32(code), string('as it is'), string(''));

interface Rig {
  readonly relay: SftpRelay;
  readonly submitted: string[];
  readonly completed: string[];
  readonly summarised: string[];
  /** Types of what came, in order. */
  readonly atTarget: number[];
  readonly atClient: { readonly type: number; readonly code: number }[];
  readonly said: string[];
  /** All that the client was sent. */
  readonly sent: Buffer[];
}

/** A target that knows real paths as a map; the test gives its other answers. */
function rig(
  real: (path: string) => string | undefined,
  refuses: (request: CommandRequest) => boolean = () => false,
  links: readonly string[] = [],
): Rig {
  const [submitted, completed, summarised]: [string[], string[], string[]] = [[], [], []];
  const [atTarget, said]: [number[], string[]] = [[], []];
  const atClient: { type: number; code: number }[] = [];
  const sent: Buffer[] = [];
  const heard = new SftpDecoder();
  const session = {
    ended: new AbortController().signal,
    submit: (request: CommandRequest) => {
      if (refuses(request)) {
        const denial = { code: 'forbidden', rule: 'ResidencyPolicy/test', message: 'no.', requestId: 'r' };
        return Promise.resolve({ kind: 'refused', denial });
      }
      submitted.push(`${request.operation} ${request.text}`);
      const command = {
        summarise: (_stream: unknown, bytes: Buffer) => summarised.push(bytes.toString()),
        completed: ({ status: text = '' }: { status?: string }) => {
          completed.push(text);
          return Promise.resolve();
        },
      };
      return Promise.resolve({ kind: 'allowed', command });
    },
  } as unknown as GatewaySession;
  const toTarget = (bytes: Buffer): Promise<void> => {
    for (const { type, id = 0, raw } of new SftpDecoder().push(bytes)) {
      atTarget.push(type);
      const path = raw.subarray(13).toString();
      if (id < 0xffff_0000) continue;
      const answer = type === 16 ? real(path) : links.includes(path) ? path : undefined;
      if (answer === undefined) void relay.replied(status(id, 2));
      else if (type === 16)
        void relay.replied(packet(104, uint32(id), uint32(1), string(answer), string(''), uint32(0)));
      else void relay.replied(packet(105, uint32(id), uint32(0)));
    }
    return Promise.resolve();
  };
  const toClient = (bytes: Buffer): Promise<void> => {
    sent.push(Buffer.from(bytes));
    for (const { type, raw } of heard.push(bytes))
      atClient.push({ type, code: type === 101 ? raw.readUInt32BE(9) : 0 });
    return Promise.resolve();
  };
  const relay: SftpRelay = new SftpRelay({ session, channel: 1, toTarget, toClient, say: (text) => said.push(text) });
  return { relay, submitted, completed, summarised, atTarget, atClient, said, sent };
}

const same = (path: string): string => path;

describe('what passes is in the record', () => {
  it('a handle that was never opened reads nothing', async () => {
    const { relay, atTarget, atClient } = rig(same);
    for (const request of [read(1, 'h'), packet(4, uint32(2), string('h')), packet(12, uint32(3), string('h'))])
      await relay.requested(request);
    expect(atTarget).toEqual([]);
    expect(atClient).toEqual([1, 2, 3].map(() => ({ type: 101, code: 4 })));
  });

  it('a number in use is not used again, so that no answer is taken for another', async () => {
    const { relay, summarised } = rig(same);
    await relay.requested(open(1, '/f'));
    await relay.replied(handle(1, 'h'));
    await relay.requested(read(2, 'h'));
    await expect(relay.requested(packet(16, uint32(2), string('/')))).rejects.toThrow(/used again/);
    await relay.replied(data(2, 'bytes'));
    expect(summarised).toEqual(['bytes']);
  });

  it('and so it is after a request that is not judged', async () => {
    const { relay } = rig(same);
    await relay.requested(packet(16, uint32(2), string('/')));
    await expect(relay.requested(open(2, '/f'))).rejects.toThrow(/used again/);
  });

  it('what a target sends unasked does not pass', async () => {
    const { relay, atClient } = rig(same);
    await expect(relay.replied(data(9, 'unasked'))).rejects.toThrow(/not asked/);
    expect(atClient).toEqual([]);
  });

  it('a file that is never closed has its end', async () => {
    const { relay, completed } = rig(same);
    await relay.requested(open(1, '/f'));
    await relay.replied(handle(1, 'h'));
    await relay.ended();
    expect(completed).toEqual(['not_closed']);
  });
});

describe('paths', () => {
  it('that the target does not resolve are judged and recorded, but not used', async () => {
    const { relay, submitted, completed, atTarget, atClient } = rig((path) => (path === '.' ? '/home' : undefined));
    await relay.requested(open(1, 'way/of/links'));
    expect(submitted).toEqual(['ssh.file-read /home/way/of/links']);
    expect(completed).toEqual(['SSH_FX_2']);
    expect(atTarget).not.toContain(3);
    expect(atClient).toEqual([{ type: 101, code: 2 }]);
  });

  it('whose last part is missing are those of the folder, where the target says no more', async () => {
    const { relay, submitted, atTarget } = rig((path) => (path === 'up' ? '/srv/up' : undefined));
    await relay.requested(open(1, 'up/new', 10));
    expect(submitted).toEqual(['ssh.file-write /srv/up/new']);
    expect(atTarget.at(-1)).toBe(3);
  });

  it('that are links to nowhere make no file where they lead', async () => {
    const { relay, atTarget, atClient } = rig((path) => (path === 'up' ? '/srv/up' : undefined), undefined, [
      'up/link',
    ]);
    await relay.requested(open(1, 'up/link', 10));
    expect(atTarget).not.toContain(3);
    expect(atClient).toEqual([{ type: 101, code: 2 }]);
  });

  it('with a NUL, after which a target may stop reading, are not used', async () => {
    const { relay, atTarget } = rig(same);
    await relay.requested(open(1, '/up/x\0.txt'));
    expect(atTarget).not.toContain(3);
  });
});

it('a client is held to version 3, whatever it would speak', async () => {
  const { relay, atTarget, atClient } = rig(same);
  const sent: string[] = [];
  const clamped = new SftpRelay({
    session: {} as GatewaySession,
    channel: 1,
    toTarget: (bytes) => Promise.resolve(void sent.push(bytes.toString('hex'))),
    toClient: () => Promise.resolve(),
    say: () => undefined,
  });
  await clamped.requested(packet(1, uint32(6)));
  expect(sent).toEqual(['000000050100000003']);
  await expect(relay.replied(packet(2, uint32(6)))).rejects.toThrow(/another version/);
  expect([atTarget, atClient]).toEqual([[], []]);
});

it('words beside the protocol end before a client that never reads them would stop', async () => {
  const { relay, said, atClient } = rig(same, () => true);
  for (let id = 0; id < 2_000; id += 1) await relay.requested(open(id, '/f'));
  expect(atClient).toHaveLength(2_000);
  expect(said.join('').length).toBeLessThan(130 * 1024);
});

describe("a file's bytes", () => {
  it('are the same and in the record, wherever they are cut, and nothing falls between them', async () => {
    const bodies = ['a'.repeat(40), '', 'b', 'c'.repeat(300)];
    const stream = Buffer.concat(bodies.map((body, index) => data(index + 10, body)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        async (sizes, asks) => {
          const { relay, summarised, atClient, sent } = rig(same);
          await relay.requested(open(1, '/f'));
          await relay.replied(handle(1, 'h'));
          for (let id = 10; id < 14; id += 1) await relay.requested(read(id, 'h'));
          sent.length = 0;
          const refused: Promise<void>[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            // What the gateway answers meanwhile comes at the end of a packet.
            if (asks[turn % asks.length] === true) refused.push(relay.requested(read(1_000 + turn, 'none')));
            await relay.replied(stream.subarray(at, at + size));
            at += size;
          }
          await Promise.all(refused);
          expect(summarised.join('')).toBe(bodies.join(''));
          expect(atClient.filter(({ code }) => code === 4)).toHaveLength(refused.length);
          const packets = new SftpDecoder().push(Buffer.concat(sent));
          expect(Buffer.concat(packets.filter(({ type }) => type === 103).map(({ raw }) => raw))).toEqual(stream);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('pass before their packet is whole, as they came', async () => {
    const { relay, sent } = rig(same);
    await relay.requested(open(1, '/f'));
    await relay.replied(handle(1, 'h'));
    await relay.requested(read(2, 'h'));
    const whole = data(2, 'x'.repeat(100));
    for (const [from, to] of [
      [0, 50],
      [50, 80],
    ] as const)
      await relay.replied(whole.subarray(from, to));
    expect(sent.slice(1).map(({ length }) => length)).toEqual([50, 30]);
  });

  it('that nobody asked for do not begin to pass', async () => {
    const { relay, sent } = rig(same);
    await relay.replied(data(9, 'x'.repeat(100)).subarray(0, 50));
    expect(sent).toEqual([]);
  });
});
