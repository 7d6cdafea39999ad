import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { coordinationContract } from '@inland/coordination/contract';
import { RedisCoordination, type RedisCoordinationOptions } from '@inland/coordination-redis';
import { delay } from '@inland/kernel';
import { openLocalCa } from '@inland/local-ca';
import { startRedis, type RedisForTests } from '../parts/redis.mjs';

const password = 'hunter2-of-redis';
let redis: RedisForTests;
let direct: Redis;
let prefixes = 0;

beforeAll(async () => {
  redis = await startRedis({ password });
  direct = new Redis(redis.port, '127.0.0.1', { password });
}, 300_000);

afterAll(async () => {
  direct?.disconnect();
  await redis?.stop();
});

coordinationContract('RedisCoordination', async () => {
  const prefix = `contract-${(prefixes += 1)}:`;
  const options = { url: redis.url, password, prefix };
  const coordination = await RedisCoordination.open(options);
  const other = await RedisCoordination.open(options);
  return {
    coordination,
    other,
    lapse: async () => {
      for (const key of await direct.keys(`${prefix}*`))
        if ((await direct.pttl(key)) > 0) {
          await direct.pexpire(key, 1);
          while ((await direct.exists(key)) === 1) await delay(1);
        }
    },
    dispose: async () => {
      await coordination.close();
      await other.close();
    },
  };
});

/** Opens, and collects what is logged. */
async function open(server: RedisForTests, options: Partial<RedisCoordinationOptions> = {}) {
  const lines: string[] = [];
  const waiting: { words: string; done: () => void }[] = [];
  const onLog = (line: string): void => {
    lines.push(line);
    for (const { words, done } of waiting) if (line.includes(words)) done();
  };
  const logged = (words: string): Promise<void> =>
    lines.some((line) => line.includes(words))
      ? Promise.resolve()
      : new Promise((done) => waiting.push({ words, done }));
  const coordination = await RedisCoordination.open({ url: server.url, password, onLog, ...options });
  return { coordination, lines, logged };
}

async function untilWell(coordination: RedisCoordination): Promise<void> {
  while (!(await coordination.health()).ok) await delay(10);
}

describe('RedisCoordination', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const each of cleanUp.splice(0).toReversed()) await each();
  });
  const server = async (options: Parameters<typeof startRedis>[0] = { password }): Promise<RedisForTests> => {
    const started = await startRedis(options);
    cleanUp.push(() => started.stop());
    return started;
  };

  it('gives every key a time, which a renewal sets anew and a second count does not', async () => {
    const { coordination } = await open(redis, { prefix: 'times:' });
    cleanUp.push(() => coordination.close());
    await coordination.renewLease('k', 'a', 1_000_000);
    await coordination.renewLease('k', 'a', 2_000_000);
    await coordination.putOnce('k', 'v', 3_000_000);
    await coordination.count('k', 4_000_000);
    await coordination.count('k', 9_000_000);
    const left = async (key: string): Promise<number> => Math.ceil((await direct.pttl(`times:${key}:k`)) / 1_000_000);
    expect([await left('lease'), await left('once'), await left('count')]).toEqual([2, 3, 4]);
    expect((await direct.keys('times:*')).length).toBe(3);
  });

  it('says what is wrong when it cannot be opened, and never the password', async () => {
    const failures = [
      [{ url: redis.url, password: 'hunter3' }, 'misconfigured', 'WRONGPASS'],
      [{ url: redis.url }, 'misconfigured', 'NOAUTH'],
      [{ url: redis.url.replace('//', '//default:hunter3@') }, 'misconfigured', 'WRONGPASS'],
      [{ url: 'redis://default:hunter3@127.0.0.1:1' }, 'unavailable', 'ECONNREFUSED'],
      [{ url: 'http://default:hunter3@127.0.0.1' }, 'misconfigured', 'redis://'],
    ] as const;
    for (const [options, code, words] of failures) {
      const opened: Promise<unknown> = RedisCoordination.open(options);
      const failure: unknown = await opened.catch((error: unknown) => error);
      expect(failure).toMatchObject({ code, message: expect.stringContaining(words) });
      expect(`${(failure as Error).stack} ${JSON.stringify(failure)}`).not.toMatch(/hunter/);
    }
  });

  it('faults at once while Redis is gone, and works again by itself, subscriptions included', async () => {
    const gone = await server();
    const { coordination, lines, logged } = await open(gone);
    cleanUp.push(() => coordination.close());
    const messages = new EventEmitter();
    await coordination.subscribe('kill', (message) => messages.emit('message', message));
    await coordination.renewLease('replica:1', 'a', 60_000);

    await gone.kill();
    await logged('is lost');
    const unavailable = { code: 'unavailable', message: expect.stringContaining(`127.0.0.1:${gone.port}`) };
    await expect(coordination.renewLease('replica:1', 'a', 60_000)).rejects.toMatchObject(unavailable);
    await expect(coordination.publish('kill', 'x')).rejects.toMatchObject(unavailable);
    await expect(coordination.subscribe('other', () => undefined)).rejects.toMatchObject(unavailable);
    expect(await coordination.health()).toMatchObject({ ok: false, reason: unavailable.message });

    await gone.restart();
    await untilWell(coordination);
    expect(await coordination.renewLease('replica:1', 'b', 60_000)).toBe(true);
    const heard = once(messages, 'message');
    await coordination.publish('kill', 'again');
    expect(await heard).toEqual(['again']);
    expect(lines).toEqual([expect.stringContaining('is lost'), expect.stringContaining('is back')]);
    expect(lines.join()).not.toContain(password);
  });

  it('answers with a timeout when Redis hangs, and sends nothing twice', async () => {
    const hanging = await server();
    const { coordination } = await open(hanging, { deadlineMillis: 300 });
    cleanUp.push(() => coordination.close());
    hanging.freeze();
    await expect(coordination.count('k', 60_000)).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('did not answer in time'),
    });
    expect(await coordination.health()).toMatchObject({ ok: false });
    hanging.thaw();
    await untilWell(coordination);
    expect(await coordination.count('k', 60_000)).toBeLessThanOrEqual(2);
  });

  it('says so when it may only read, or Redis is full, and works again afterwards', async () => {
    const changed = await server();
    const { coordination } = await open(changed);
    cleanUp.push(() => coordination.close());
    const admin = new Redis(changed.port, '127.0.0.1', { password });
    cleanUp.push(async () => admin.disconnect());
    const cases = [
      { word: 'READONLY', begin: () => admin.replicaof('127.0.0.1', 1), end: () => admin.replicaof('NO', 'ONE') },
      { word: 'OOM', begin: () => admin.config('SET', 'maxmemory', 1), end: () => admin.config('SET', 'maxmemory', 0) },
    ];
    for (const { word, begin, end } of cases) {
      await begin();
      const failure = { code: 'unavailable', message: expect.stringContaining(word) };
      await expect(coordination.putOnce(word, 'x', 60_000)).rejects.toMatchObject(failure);
      expect(await coordination.health()).toMatchObject({ ok: false });
      await end();
      await untilWell(coordination);
      expect(await coordination.putOnce(word, 'x', 60_000)).toBe(true);
      await begin();
      await expect(coordination.renewLease(word, 'a', 60_000)).rejects.toMatchObject(failure);
      await end();
      await untilWell(coordination);
    }
  });

  it('opens no connection to a Redis that hangs', async () => {
    const hanging = await server();
    hanging.freeze();
    await expect(open(hanging, { deadlineMillis: 300 })).rejects.toMatchObject({
      message: expect.stringContaining(`127.0.0.1:${hanging.port}`),
      retryable: true,
    });
  });

  it('takes TLS from a server that its authority vouches for, and from no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inland-redis-tls-'));
    cleanUp.push(() => rm(folder, { recursive: true }));
    const authority = await openLocalCa({ folder });
    const { keyPem, certPem } = await authority.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
    const [certificateFile, keyFile] = [join(folder, 'server.pem'), join(folder, 'server.key')];
    await writeFile(certificateFile, certPem);
    await writeFile(keyFile, keyPem, { mode: 0o600 });
    const secured = await server({ password, tls: { certificateFile, keyFile } });
    const { coordination } = await open(secured, { tls: { ca: authority.caPem } });
    cleanUp.push(() => coordination.close());
    expect(await coordination.putOnce('k', 'v', 60_000)).toBe(true);
    await expect(open(secured)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/CERT|SIGNATURE|ISSUER/),
    });
  });
});
