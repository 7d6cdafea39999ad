export { recorderService } from './recorder-service.ts';
export { recorderConfigSchema, type RecorderConfig } from './recorder-config.ts';
export { Recorder, type RecorderObserver, type RecorderParts } from './recorder.ts';
export { RecordedSessions, type ClosedSession, type OpenSession } from './recorded-sessions.ts';
export { SessionSealer, type Sealed } from './session-sealer.ts';
export { LostSessionCloser } from './lost-session-closer.ts';
export { LostReplicas, type LostReplicasOptions } from './lost-replicas.ts';
export { foldRecorder, recorderEvents, recorderProjection } from './recorder-projection.ts';
