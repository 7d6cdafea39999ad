import {
  decodeSessionEvent,
  Ending,
  Outcome,
  Protocol,
  typeOf,
  type Decision,
  type SessionEvent,
} from '@inland/events';
import type { StoredEvent } from '@inland/event-log';
import type { ProjectionTransaction } from '@inland/projection-store';
import { cleanJson, cleanText } from './clean-text.ts';

/** The events that the audit projection is made from. */
export const auditEvents: readonly string[] = (
  [
    'ConnectionAttempted',
    'AccessDecided',
    'SessionOpened',
    'CommandSubmitted',
    'CommandDecided',
    'CommandCompleted',
    'SessionClosed',
    'RecordingSealed',
  ] as const
).map((name) => typeOf(name));

type EventData<Name extends SessionEvent['name']> = Extract<SessionEvent, { readonly name: Name }>['data'];

const protocols: Readonly<Record<number, string>> = { [Protocol.SSH]: 'ssh', [Protocol.POSTGRES]: 'postgres' };
const outcomes: Readonly<Record<number, string>> = { [Outcome.ALLOWED]: 'allowed', [Outcome.DENIED]: 'denied' };
const endings: Readonly<Record<number, string>> = {
  [Ending.COMPLETED]: 'completed',
  [Ending.REFUSED]: 'refused',
  [Ending.FAILED]: 'failed',
  [Ending.ABORTED]: 'aborted',
};

/** Applies one event of the session topic; others than {@link auditEvents} change nothing. */
export async function foldAudit(
  tx: ProjectionTransaction,
  stored: StoredEvent,
  event: SessionEvent = decodeSessionEvent(stored.event),
): Promise<void> {
  const { key: id, time } = stored.event;
  switch (event.name) {
    case 'ConnectionAttempted': {
      const { subject, groups, protocol, target, login, clientAddress, gatewayRegion } = event.data;
      const names = [target, login, clientAddress, gatewayRegion].map(cleanText);
      await tx.query(
        `INSERT INTO session (id, subject, groups, protocol, target, login, client_address, gateway_region, started,
           partition, first_offset) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
        [
          id,
          cleanText(subject),
          groups.map(cleanText),
          protocols[protocol] ?? '',
          ...names,
          time,
          stored.partition,
          stored.offset,
        ],
      );
      return;
    }
    case 'AccessDecided': {
      const { outcome, code, rule, message } = verdict(event.data.decision);
      await tx.query(
        `UPDATE session SET outcome = $2, reason_code = $3, rule = $4, reason_message = $5, target_region = $6,
           client_country = $7 WHERE id = $1`,
        [id, outcome, code, rule, message, cleanText(event.data.targetRegion), cleanText(event.data.clientCountry)],
      );
      await insertDecision(tx, id, 0, event.data.decision);
      return;
    }
    case 'SessionOpened':
      await tx.query('UPDATE session SET target_region = $2 WHERE id = $1', [id, cleanText(event.data.targetRegion)]);
      return;
    case 'CommandSubmitted': {
      const { command, operation, text, observed } = event.data;
      const added = await tx.query(
        `INSERT INTO command (session, number, operation, text, submitted, observed, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING number`,
        [id, command, cleanText(operation), cleanText(text), time, observed, cleanJson(detailsOf(event.data))],
      );
      if (added.length > 0) await tx.query('UPDATE session SET commands = commands + 1 WHERE id = $1', [id]);
      return;
    }
    case 'CommandDecided': {
      const { outcome, code, rule } = verdict(event.data.decision);
      await tx.query(
        'UPDATE command SET outcome = $3, reason_code = $4, rule = $5 WHERE session = $1 AND number = $2',
        [id, event.data.command, outcome, code, rule],
      );
      await insertDecision(tx, id, event.data.command, event.data.decision);
      return;
    }
    case 'CommandCompleted': {
      const { command, exitStatus, status, rows } = event.data;
      await tx.query(
        `UPDATE command SET exit_status = $3, status = $4, rows = $5, completed = $6 WHERE session = $1 AND number = $2`,
        [id, command, exitStatus ?? null, cleanText(status), String(rows), time],
      );
      return;
    }
    case 'SessionClosed': {
      // The first end counts, as for the recorder.
      const { ending, reason, maskedValues } = event.data;
      await tx.query(
        `UPDATE session SET ended = $2, ending = $3, end_reason = $4, masked_values = $5, last_offset = $6
         WHERE id = $1 AND ended IS NULL`,
        [id, time, endings[ending] ?? '', cleanText(reason), String(maskedValues), stored.offset],
      );
      return;
    }
    case 'RecordingSealed':
      await tx.query('UPDATE session SET recording_digest = $2 WHERE id = $1', [id, cleanText(event.data.digest)]);
      return;
    default:
      return;
  }
}

/** What is known of a command beside its text: only what there is. */
function detailsOf(submitted: EventData<'CommandSubmitted'>): object {
  const { statements, parameters, destination, destinationRegion, leadsTo, unproven } = submitted;
  return {
    ...(leadsTo.length === 0 ? {} : { leadsTo }),
    ...(unproven.length === 0 ? {} : { unproven }),
    ...(statements === undefined
      ? {}
      : {
          statements: {
            fingerprint: statements.fingerprint,
            kinds: statements.kinds,
            effects: statements.effects,
            relations: statements.relations,
            columns: statements.columns,
          },
        }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(destination === '' ? {} : { destination, destinationRegion }),
  };
}

async function insertDecision(
  tx: ProjectionTransaction,
  session: string,
  command: number,
  decision: Decision | undefined,
): Promise<void> {
  if (decision === undefined) return;
  const { bundleDigest, controlOffset, dataDigest, inputJson, inputWithheld, obligations } = decision;
  const reasons = decision.reasons.map(({ code, rule, message }) => ({ code, rule, message }));
  const { mask = [], recordStrict = false, maxSessionSeconds = 0, maxIdleSeconds = 0 } = obligations ?? {};
  const also = (['readOnly', 'noFileTransfer', 'noForwarding', 'reasonRequired'] as const).filter(
    (what) => obligations?.[what] === true,
  );
  await tx.query('INSERT INTO decision VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING', [
    session,
    command,
    outcomes[decision.outcome] ?? '',
    cleanJson(reasons),
    cleanJson({
      mask,
      recordStrict,
      maxSessionSeconds,
      maxIdleSeconds,
      ...Object.fromEntries(also.map((what) => [what, true])),
    }),
    cleanText(bundleDigest),
    String(controlOffset),
    cleanText(dataDigest),
    cleanText(inputJson),
    inputWithheld,
    cleanJson(basisOf(decision)),
  ]);
}

/** What a decision rests on beside rules: only what there is. */
function basisOf({ observed, approvals, exceptions, breakGlass, extensionDigest }: Decision): object {
  return {
    ...(observed.length === 0
      ? {}
      : { observed: observed.map(({ code, rule, message }) => ({ code, rule, message })) }),
    ...(approvals.length === 0 ? {} : { approvals }),
    ...(exceptions.length === 0 ? {} : { exceptions }),
    ...(breakGlass ? { breakGlass } : {}),
    ...(extensionDigest === '' ? {} : { extensionDigest }),
  };
}

function verdict(decision: Decision | undefined): Record<'outcome' | 'code' | 'rule' | 'message', string> {
  const { code = '', rule = '', message = '' } = decision?.reasons[0] ?? {};
  const outcome = outcomes[decision?.outcome ?? Outcome.UNSPECIFIED] ?? '';
  return { outcome, code: cleanText(code), rule: cleanText(rule), message: cleanText(message) };
}
