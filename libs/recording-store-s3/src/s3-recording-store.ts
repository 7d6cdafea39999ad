import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { backoffMillis, delay, Fault } from '@inland/kernel';
import { checkDigest, verified, type RecordingStore } from '@inland/recording-store';
import { spool, type Spooled } from './spool.ts';

export interface S3RecordingStoreOptions {
  readonly bucket: string;
  /** Before each object's name, such as `recordings/`. Empty by default. */
  readonly prefix?: string;
  /** The place, as Inland names it: `aws:eu-central-1`. */
  readonly region: string;
  /** As the S3 service names it; `us-east-1` where it has none. */
  readonly s3Region: string;
  /** For a service other than AWS; then buckets are addressed by path. */
  readonly endpoint?: string;
  /** Absent: from the environment, as the AWS SDK finds them. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Locked in compliance mode so long: nobody can remove or shorten it, not even the account's owner. 0: not locked. */
  readonly retentionDays: number;
  /** Where a recording waits until its SHA-256 is known; in the region too. The system's temporary folder by default. */
  readonly spoolFolder?: string;
  /** Of one request. Default 60 seconds. */
  readonly timeoutMillis?: number;
}

/** S3 takes at most this in one request. */
const objectBytesMax = 5 * 1024 ** 3;
const attemptsMax = 3;
const dayMillis = 24 * 60 * 60 * 1000;

const nothing = (): void => undefined;
const silent = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Keeps recordings in a bucket as `<prefix>sha256/ab/abcdef…`, with the service's own check of the SHA-256. */
export class S3RecordingStore implements RecordingStore {
  readonly region: string;
  readonly #options: S3RecordingStoreOptions;
  readonly #client: S3Client;
  readonly #timeoutMillis: number;

  constructor(options: S3RecordingStoreOptions) {
    this.region = options.region;
    this.#options = options;
    this.#timeoutMillis = options.timeoutMillis ?? 60_000;
    this.#client = new S3Client({
      region: options.s3Region,
      maxAttempts: attemptsMax,
      logger: silent, // it would print requests by itself
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
      ...(options.credentials === undefined ? {} : { credentials: { ...options.credentials } }),
    });
  }

  async put(recording: AsyncIterable<Uint8Array>): Promise<{ readonly digest: string; readonly bytes: number }> {
    const spooled = await spool(this.#options.spoolFolder ?? tmpdir(), objectBytesMax, recording);
    try {
      for (let attempt = 1; !(await this.has(spooled.digest)); attempt += 1) {
        try {
          await this.#upload(spooled);
          break;
        } catch (error) {
          // Being kept by someone else at this moment is as good: the same bytes, which `has` then sees. The service may
          // say so (412, 409), or close the connection before it has read them.
          if (await this.has(spooled.digest)) break;
          if (attempt >= attemptsMax || !isWorthAnother(error)) throw unavailable(error);
          await delay(backoffMillis(attempt, { initialMillis: 100, maxMillis: 2_000 }));
        }
      }
      return { digest: spooled.digest, bytes: spooled.bytes };
    } finally {
      await spooled.dispose();
    }
  }

  async #upload({ digest, bytes, file }: Spooled): Promise<void> {
    const { retentionDays, bucket } = this.#options;
    const until = new Date(Date.now() + retentionDays * dayMillis);
    await this.#client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: this.#keyOf(digest),
        Body: bytes === 0 ? Buffer.alloc(0) : file.createReadStream({ start: 0, autoClose: false }),
        ContentLength: bytes,
        ContentType: 'application/vnd.inland.recording',
        ChecksumSHA256: Buffer.from(digest, 'hex').toString('base64'),
        IfNoneMatch: '*',
        ...(retentionDays === 0 ? {} : { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until }),
      }),
      this.#limits(),
    );
  }

  async *get(digest: string): AsyncGenerator<Uint8Array> {
    checkDigest(digest);
    let body: AsyncIterable<Uint8Array>;
    try {
      const found = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#options.bucket, Key: this.#keyOf(digest) }),
        this.#limits(),
      );
      body = (found.Body ?? []) as Readable as AsyncIterable<Uint8Array>;
    } catch (error) {
      if (statusOf(error) === 404) throw new Fault('not_found', `there is no recording ${digest}`);
      throw unavailable(error);
    }
    yield* verified(digest, body);
  }

  async has(digest: string): Promise<boolean> {
    checkDigest(digest);
    try {
      await this.#client.send(
        new HeadObjectCommand({ Bucket: this.#options.bucket, Key: this.#keyOf(digest) }),
        this.#limits(),
      );
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw unavailable(error);
    }
  }

  async health(): Promise<{ readonly ok: boolean; readonly reason?: string }> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#options.bucket }), this.#limits());
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: unavailable(error).message };
    }
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  #keyOf(digest: string): string {
    return `${this.#options.prefix ?? ''}sha256/${digest.slice(0, 2)}/${digest}`;
  }

  #limits(): { readonly abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(this.#timeoutMillis) };
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** No answer, a conflict with another upload, or the service's own failure; not a refusal. */
function isWorthAnother(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status === 409 || status === 412 || status >= 500;
}

function unavailable(error: unknown): Fault {
  const what = error instanceof Error ? error.name : 'unknown';
  return new Fault('unavailable', `the recordings bucket failed (${what} ${statusOf(error) ?? 'without an answer'})`);
}
