import type { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { controlRecord } from '@inland/events';
import type { Principal } from '@inland/identity';
import { peopleDifference } from './people.ts';

export interface PeopleRecord {
  readonly log: EventLog;
  readonly view: ControlView;
  readonly source: string;
}

/** Brings the directory to what the configuration says. Removals come first, so that a key can change hands. */
export async function recordPeople(
  { log, view, source }: PeopleRecord,
  wanted: readonly Principal[],
): Promise<{ readonly recorded: number; readonly removed: number }> {
  const { recorded, removed } = peopleDifference(view.directory, wanted);
  const events = [
    ...removed.map((subject) =>
      controlRecord('PrincipalRemoved', { subject }, { source, subject: `Principal/${subject}` }),
    ),
    ...recorded.map((principal) =>
      controlRecord(
        'PrincipalRecorded',
        {
          ...principal,
          groups: [...principal.groups],
          sshKeys: principal.sshKeys.map((key) => ({ ...key })),
          certificateAuthorities: [...principal.certificateAuthorities],
        },
        { source, subject: `Principal/${principal.subject}` },
      ),
    ),
  ];
  if (events.length > 0) {
    const { offset } = await log.append('inland.control.v1', events);
    await view.waitFor(offset);
  }
  return { recorded: recorded.length, removed: removed.length };
}
