import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import * as control from './gen/inland/control/v1/control_pb.ts';
import * as session from './gen/inland/session/v1/session_pb.ts';

/** Every control event, by short name. */
export const controlEvents = {
  ResourceApplied: control.ResourceAppliedSchema,
  ResourceDeleted: control.ResourceDeletedSchema,
  PolicyBundleActivated: control.PolicyBundleActivatedSchema,
  PolicyExtensionActivated: control.PolicyExtensionActivatedSchema,
  RulesChanged: control.RulesChangedSchema,
  ChangeProposed: control.ChangeProposedSchema,
  ChangeApproved: control.ChangeApprovedSchema,
  ChangeRejected: control.ChangeRejectedSchema,
  AccessRequested: control.AccessRequestedSchema,
  AccessApproved: control.AccessApprovedSchema,
  AccessRejected: control.AccessRejectedSchema,
  ApprovalUsed: control.ApprovalUsedSchema,
  PrincipalRecorded: control.PrincipalRecordedSchema,
  PrincipalRemoved: control.PrincipalRemovedSchema,
  SigningKeyPublished: control.SigningKeyPublishedSchema,
  SigningKeyRetired: control.SigningKeyRetiredSchema,
  CredentialIssued: control.CredentialIssuedSchema,
  CredentialRevoked: control.CredentialRevokedSchema,
} as const;

/** Every session event, by short name. */
export const sessionEvents = {
  ConnectionAttempted: session.ConnectionAttemptedSchema,
  AccessDecided: session.AccessDecidedSchema,
  ApprovalAwaited: session.ApprovalAwaitedSchema,
  AccessRevoked: session.AccessRevokedSchema,
  SessionOpened: session.SessionOpenedSchema,
  CommandSubmitted: session.CommandSubmittedSchema,
  CommandDecided: session.CommandDecidedSchema,
  OutputRecorded: session.OutputRecordedSchema,
  StreamSummarised: session.StreamSummarisedSchema,
  TerminalResized: session.TerminalResizedSchema,
  CommandCompleted: session.CommandCompletedSchema,
  SessionClosed: session.SessionClosedSchema,
  RecordingSealed: session.RecordingSealedSchema,
  RecordingViewed: session.RecordingViewedSchema,
} as const;

type Union<Table extends Record<string, DescMessage>> = {
  [Name in keyof Table & string]: { readonly name: Name; readonly data: MessageShape<Table[Name]> };
}[keyof Table & string];

export type ControlEvent = Union<typeof controlEvents>;
export type SessionEvent = Union<typeof sessionEvents>;
export type ControlEventName = ControlEvent['name'];
export type SessionEventName = SessionEvent['name'];

/** The full protobuf name of each event, as it stands in `ce_type`: for `@EventPattern` and filters. */
export const typeOf = (name: ControlEventName | SessionEventName): string => schemaNamed(name).typeName;

/** The schema of an event by its short name. */
export function schemaNamed(name: ControlEventName | SessionEventName): DescMessage {
  return name in controlEvents ? controlEvents[name as ControlEventName] : sessionEvents[name as SessionEventName];
}

/** Every event schema there is, for tests and for decoding. */
export const allEvents: readonly DescMessage[] = [...Object.values(controlEvents), ...Object.values(sessionEvents)];
