import type { Clients } from './clients.ts';

/** What `inland sessions --json` says of a session. */
export interface Session {
  readonly id: string;
  readonly subject: string;
  readonly protocol: string;
  readonly target: string;
  readonly login: string;
  readonly clientCountry: string;
  readonly gatewayRegion: string;
  readonly targetRegion: string;
  readonly outcome: string;
  readonly reasonCode: string;
  readonly rule: string;
  readonly reasonMessage: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly ending: string;
  readonly endReason: string;
  readonly commands: number;
  readonly maskedValues: number;
  readonly recordingDigest: string | null;
}

/**
 * The newest session that the predicate takes, as soon as the projection has it: the projection follows the log, so this
 * asks again until it is there; after `millis` it says what was there instead.
 */
export async function sessionWhere(
  auditor: Clients,
  takes: (session: Session) => boolean,
  millis = 20_000,
): Promise<Session> {
  const until = Date.now() + millis;
  for (;;) {
    const sessions = await auditor.json<Session[]>('sessions');
    const found = sessions.find(takes);
    if (found !== undefined) return found;
    if (Date.now() > until)
      throw new Error(`no such session within ${millis} ms; there are: ${JSON.stringify(sessions, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
