import type { CommandLeads } from '@inland/command-places';
import { decisionMessage } from '@inland/control-view';
import type { DecisionInput } from '@inland/residency';
import { sameVerdict, type Decided, type Decider } from './decider.ts';
import type { CommandRequest } from './gateway.ts';
import { ownRefusal } from './own-refusal.ts';

/** What was decided of a command, and what of it goes into the record. */
export interface JudgedCommand {
  readonly decided: Decided;
  readonly recordedText: string;
  readonly destinationRegion?: string | null;
  readonly leads?: CommandLeads | undefined;
  readonly decision: ReturnType<typeof decisionMessage>;
  /** Values of the text that are masked in the record. */
  readonly maskedValues: number;
}

export interface CommandJudgeParts {
  /** The session's id. */
  readonly session: string;
  /** Detectors whose values the record does not hold. */
  readonly mask: readonly string[];
  readonly decider: Decider;
  /** Masks the text of a command for the record. */
  readonly maskText: (text: string) => { readonly text: string; readonly masked: number };
  /** The region of a place that the target would be connected to; null when it is not known. */
  readonly destinationRegion: (host: string) => string | null;
}

/** Judges the commands of one session. */
export class CommandJudge {
  readonly #parts: CommandJudgeParts;

  constructor(parts: CommandJudgeParts) {
    this.#parts = parts;
  }

  /** Judges the text as it was sent; the record holds it masked, and says when the verdict hung on what was masked. */
  judge(access: DecisionInput, request: CommandRequest, leads: CommandLeads | undefined): JudgedCommand {
    const { session, mask, decider, maskText } = this.#parts;
    const { operation: kind, statements, destination } = request;
    const region = destination === undefined ? undefined : this.#parts.destinationRegion(destination.host);
    const inputOf = (text: string): DecisionInput => ({
      ...access,
      operation: {
        kind,
        text,
        ...(statements === undefined
          ? {}
          : { effects: statements?.effects ?? null, relations: statements?.relations ?? [] }),
        ...(destination === undefined ? {} : { destination: { ...destination, region: region ?? null } }),
        ...(leads === undefined ? {} : { destinations: leads.destinations, unproven: leads.unproven }),
      },
      time,
    });
    const time = new Date().toISOString();
    const place = { ...(region === undefined ? {} : { destinationRegion: region }), leads };
    const unknown = request.unknown ?? false;
    const decided = unknown ? ownRefusal('line_unknown', session) : decider.decide(inputOf(request.text), session);
    const masked = mask.length === 0 ? { text: request.text, masked: 0 } : maskText(request.text);
    const { text: recordedText, masked: maskedValues } = masked;
    if (maskedValues === 0 || unknown)
      return { decided, recordedText, decision: decisionMessage(decided), maskedValues, ...place };
    const shown = decider.decide(inputOf(masked.text), session);
    const withheld = !sameVerdict(decided, shown);
    const decision = decisionMessage(decided, shown.inputJson, withheld);
    return { decided, recordedText, decision, maskedValues, ...place };
  }

  /** What else is known of a command than its text. */
  details({ statements, parameters, destination }: CommandRequest, judged: JudgedCommand): object {
    const { destinationRegion, leads } = judged;
    const { mask, maskText } = this.#parts;
    return {
      ...(statements === undefined || statements === null
        ? {}
        : {
            statements: {
              fingerprint: statements.fingerprint,
              kinds: [...statements.kinds],
              effects: [...(statements.effects ?? [])],
              relations: [...statements.relations],
              columns: [...statements.columns],
            },
          }),
      ...(parameters === undefined
        ? {}
        : { parameters: mask.length === 0 ? [...parameters] : parameters.map((one) => maskText(one).text) }),
      ...(destination === undefined
        ? {}
        : {
            destination: `${destination.host}:${String(destination.port)}`,
            destinationRegion: destinationRegion ?? '',
          }),
      ...(leads === undefined
        ? {}
        : { leadsTo: leads.destinations.map(leadsText).slice(0, 100), unproven: [...leads.unproven] }),
    };
  }

  /** A command that is too long to be judged is refused; the record says how long it was. */
  tooLong(): JudgedCommand {
    const decided = ownRefusal('command_too_long', this.#parts.session);
    return { decided, recordedText: '', decision: decisionMessage(decided), maskedValues: 0 };
  }
}

const leadsText = ({ host, via, region, country }: CommandLeads['destinations'][number]): string =>
  `${host} (${via}): ${region ?? country ?? '?'}`;
