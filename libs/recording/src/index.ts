export { writeRecording } from './write-recording.ts';
export { readRecording } from './read-recording.ts';
export { recordingLimits } from './limits.ts';
export { flawOf, type RecordingFlaw } from './flaw.ts';
export { play } from './play.ts';
export type { Frame, FrameReason, PostgresFailure } from './frame.ts';
