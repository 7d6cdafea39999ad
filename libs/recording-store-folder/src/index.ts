export { FolderRecordingStore, type FolderRecordingStoreOptions } from './folder-recording-store.ts';
