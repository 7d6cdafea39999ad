export type { RecordingStore } from './recording-store.ts';
export { checkDigest, verified } from './recording-digest.ts';
