import { DecisionReplay } from '@inland/control-view';
import { decodeSessionEvent, Outcome, type Decision, type SessionEvent } from '@inland/events';
import type { EventLog, StoredEvent } from '@inland/event-log';

/** What a decision says, whoever made it. */
interface Said {
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly obligations: unknown;
  readonly dataDigest: string;
}

/**
 * Makes every decision again that a log holds, from the log alone: same input, same bundle, same outcome. Rejects with
 * those that come out otherwise. Gives how many there were.
 */
export async function replayDecisions(log: EventLog): Promise<number> {
  const control = await eventsOf(log, 'inland.control.v1');
  const replay = new DecisionReplay(control);
  const otherwise: unknown[] = [];
  let count = 0;
  for (const { event } of await eventsOf(log, 'inland.session.v1')) {
    const recorded = decisionOf(decodeSessionEvent(event));
    if (recorded === undefined) continue;
    const made = await replay.replay(recorded);
    if (made === undefined) continue; // the gateway's own refusal, or withheld from the record
    count += 1;
    const now: Said = {
      outcome: made.outcome,
      reasons: made.reasons.map(({ code, rule, message }) => `${code} ${rule} ${message}`),
      obligations: obligationsText(made.obligations),
      dataDigest: made.dataDigest,
    };
    const before: Said = {
      outcome: recorded.outcome === Outcome.ALLOWED ? 'allowed' : 'denied',
      reasons: recorded.reasons.map(({ code, rule, message }) => `${code} ${rule} ${message}`),
      obligations: obligationsText(recorded.obligations ?? {}),
      dataDigest: recorded.dataDigest,
    };
    if (JSON.stringify(now) !== JSON.stringify(before)) otherwise.push({ before, now, input: recorded.inputJson });
  }
  if (otherwise.length > 0)
    throw new Error(
      `${otherwise.length} of ${count} decisions come out otherwise: ${JSON.stringify(otherwise.slice(0, 3), null, 1)}`,
    );
  return count;
}

function decisionOf({ data }: SessionEvent): Decision | undefined {
  return 'decision' in data ? data.decision : undefined;
}

/** What is said of each; what is not said does not hold. */
function obligationsText(obligations: object): string {
  const said = Object.entries(obligations).filter(
    ([name, value]) => name !== '$typeName' && value !== false && value !== undefined,
  );
  return JSON.stringify(said.sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function eventsOf(log: EventLog, topic: 'inland.control.v1' | 'inland.session.v1'): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (const partition of (await log.ends(topic)).keys())
    for await (const stored of log.read({ topic, partition, from: 0 })) events.push(stored);
  return events;
}
