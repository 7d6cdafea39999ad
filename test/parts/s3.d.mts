export function installS3(): void;
export function startS3(): Promise<{
  readonly endpoint: string;
  /** Where the gateway keeps its buckets, as files. */
  readonly folder: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}>;
