export {
  recordingStoreContract,
  type OpenRecordingStore,
  type RecordingStoreSubject,
} from './recording-store-contract.ts';
