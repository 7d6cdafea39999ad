import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { recordingStoreContract } from '@inland/recording-store/contract';
import { S3RecordingStore, type S3RecordingStoreOptions } from '@inland/recording-store-s3';
import { startS3 } from '../parts/s3.mjs';

const region = 'aws:eu-central-1';
let s3: Awaited<ReturnType<typeof startS3>>;
let client: S3Client;

beforeAll(async () => {
  s3 = await startS3();
  client = new S3Client({
    region: 'us-east-1',
    endpoint: s3.endpoint,
    forcePathStyle: true,
    credentials: s3.credentials,
  });
  await client.send(new CreateBucketCommand({ Bucket: 'plain' }));
  await client.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
}, 600_000);

afterAll(async () => {
  client?.destroy();
  await s3?.stop();
});

function options(bucket: string, retentionDays: number): S3RecordingStoreOptions {
  return {
    bucket,
    prefix: 'eu/',
    region,
    s3Region: 'us-east-1',
    endpoint: s3.endpoint,
    credentials: s3.credentials,
    retentionDays,
  };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

for (const [bucket, retentionDays] of [
  ['plain', 0],
  ['locked', 1],
] as const)
  recordingStoreContract(`a ${bucket} S3 bucket`, () => {
    const store = new S3RecordingStore(options(bucket, retentionDays));
    return Promise.resolve({
      store,
      reopen: () => Promise.resolve(new S3RecordingStore(options(bucket, retentionDays))),
      dispose: () => store.close(),
    });
  });

describe('the recordings bucket', () => {
  it('locks what it is given in compliance mode, and writes it once', async () => {
    const store = new S3RecordingStore(options('locked', 30));
    const { digest } = await store.put(one(randomBytes(5000)));
    const Key = `eu/sha256/${digest.slice(0, 2)}/${digest}`;
    const { Retention } = await client.send(new GetObjectRetentionCommand({ Bucket: 'locked', Key }));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    expect(Retention?.RetainUntilDate?.getTime()).toBeGreaterThan(Date.now() + 29 * 24 * 3_600_000);
    const versions = async () =>
      (await client.send(new ListObjectVersionsCommand({ Bucket: 'locked', Prefix: Key }))).Versions ?? [];
    const [version] = await versions();
    const removing = client.send(
      new DeleteObjectCommand({
        Bucket: 'locked',
        Key,
        ...(version?.VersionId ? { VersionId: version.VersionId } : {}),
      }),
    );
    await expect(removing).rejects.toThrow(/lock/i);
    await store.close();
  });

  it('does not make a second version of the same recording', async () => {
    const store = new S3RecordingStore(options('locked', 1));
    const bytes = randomBytes(5000);
    const { digest } = await store.put(one(bytes));
    await store.put(one(bytes));
    const { Versions } = await client.send(
      new ListObjectVersionsCommand({ Bucket: 'locked', Prefix: `eu/sha256/${digest.slice(0, 2)}/${digest}` }),
    );
    expect(Versions).toHaveLength(1);
    await store.close();
  });

  it('says that it cannot keep a recording, and names no credential', async () => {
    const wrong = { accessKeyId: 'nobody', secretAccessKey: 'a-secret-that-is-wrong' };
    const store = new S3RecordingStore({ ...options('plain', 0), credentials: wrong });
    const failure: unknown = await store.put(one(randomBytes(10))).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unavailable' });
    expect(String(failure)).not.toContain(wrong.secretAccessKey);
    expect(await store.health()).toMatchObject({ ok: false });
    await store.close();
    const absent = new S3RecordingStore({ ...options('plain', 0), endpoint: 'http://127.0.0.1:1' });
    await expect(absent.put(one(randomBytes(10)))).rejects.toMatchObject({ code: 'unavailable' });
    await absent.close();
  });
});
