export type { RecordingStore } from './recording-store.ts';
