export { S3RecordingStore, type S3RecordingStoreOptions } from './s3-recording-store.ts';
