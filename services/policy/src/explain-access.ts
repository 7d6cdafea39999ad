import type { ControlView, ViewDecision } from '@inland/control-view';
import { principalBySubject } from '@inland/identity';
import { Fault, type Clock } from '@inland/kernel';
import { resourceNamed, rulesOf, type ClientPlaces, type DecisionInput, type World } from '@inland/residency';
import type { SqlParser } from '@inland/statements';
import { z } from 'zod';

/** What is asked: would this access be allowed, and why. */
export const explainRequestSchema = z.strictObject({
  /** Whose access; the caller's, when absent. */
  as: z.string().min(1).max(256).optional(),
  target: z.string().min(1).max(63),
  login: z.string().min(1).max(63),
  operation: z.string().min(1).max(64).default('connect'),
  text: z.string().max(65_536).optional(),
  /** As if the client were in this country; where the caller is, when absent. */
  clientCountry: z
    .string()
    .regex(/^[A-Z]{2}$/, 'an ISO 3166-1 code such as DE')
    .optional(),
});
export type ExplainRequest = z.output<typeof explainRequestSchema>;

export interface ExplainCaller {
  readonly subject: string;
  readonly mayAskForOthers: boolean;
  /** The address that the caller's connection came from. */
  readonly address: string;
}

/** The facts of the world that the decision rests on. */
export interface ExplainFacts {
  readonly target: {
    readonly region: string;
    readonly country: string | null;
    readonly dataClasses: readonly string[];
  } | null;
  readonly gateway: { readonly region: string; readonly country: string | null };
  readonly client: DecisionInput['client'];
  readonly record: DecisionInput['record'];
  /** Rules that cover the target, for whatever group. */
  readonly policies: readonly string[];
  readonly grants: readonly string[];
}

export type Explanation = ViewDecision & { readonly facts: ExplainFacts };

export interface ExplainAccessParts {
  readonly view: ControlView;
  readonly places: ClientPlaces;
  readonly region: string;
  readonly record: DecisionInput['record'];
  readonly clock: Clock;
  readonly sqlParser: SqlParser;
}

/** Decides as the proxy would, on the same rules, without an access taking place. */
export class ExplainAccess {
  readonly #parts: ExplainAccessParts;

  constructor(parts: ExplainAccessParts) {
    this.#parts = parts;
  }

  /** Faults with `permission_denied` when somebody asks for another, `not_found` when that person is not known. */
  explain(request: ExplainRequest, caller: ExplainCaller): Explanation {
    const { view } = this.#parts;
    const input = this.#input(request, caller);
    return { ...view.decide(input), facts: this.#facts(view.world, input) };
  }

  #input(request: ExplainRequest, caller: ExplainCaller): DecisionInput {
    const { view, places, region, record, clock } = this.#parts;
    const subject = request.as ?? caller.subject;
    if (subject !== caller.subject && !caller.mayAskForOthers)
      throw new Fault('permission_denied', 'only administrators may ask for somebody else');
    const principal = principalBySubject(view.directory, subject);
    if (principal === undefined) throw new Fault('not_found', `nobody is known as ${subject}`);
    const place = places.placeOf(caller.address);
    return {
      version: 1,
      principal: {
        subject,
        groups: principal.groups,
        identityProvider: principal.identityProvider,
        multiFactor: false,
      },
      client: request.clientCountry === undefined ? place : { country: request.clientCountry, network: null },
      gateway: { region },
      target: {
        name: request.target,
        protocol: resourceNamed(view.world, 'Target', request.target)?.spec.protocol ?? protocolOf(request.operation),
        login: request.login,
      },
      record,
      operation: {
        kind: request.operation,
        text: request.text ?? (request.operation === 'connect' ? null : ''),
        ...this.#statements(request),
      },
      time: new Date(clock.now()).toISOString(),
    };
  }

  /** What SQL does is judged beside its text. */
  #statements({ operation, text = '' }: ExplainRequest): Partial<DecisionInput['operation']> {
    if (!operation.startsWith('postgres.')) return {};
    const read = this.#parts.sqlParser.read(text);
    if (!read.parsed) return { effects: null, relations: [] };
    const { statements } = read;
    const known = statements.every(({ effects }) => effects !== null);
    return {
      effects: known ? [...new Set(statements.flatMap(({ effects }) => effects ?? []))].sort() : null,
      relations: [...new Set(statements.flatMap(({ relations }) => relations))].sort(),
    };
  }

  #facts(world: World, input: DecisionInput): ExplainFacts {
    const target = resourceNamed(world, 'Target', input.target.name);
    const rules = rulesOf(world, input.target.name);
    const countryOf = (region: string): string | null => resourceNamed(world, 'Region', region)?.spec.country ?? null;
    return {
      target:
        target === undefined
          ? null
          : {
              region: target.spec.region,
              country: countryOf(target.spec.region),
              dataClasses: target.spec.dataClasses,
            },
      gateway: { region: input.gateway.region, country: countryOf(input.gateway.region) },
      client: input.client,
      record: input.record,
      policies: rules?.policies ?? [],
      grants: rules?.grants ?? [],
    };
  }
}

function protocolOf(operation: string): DecisionInput['target']['protocol'] {
  return operation.startsWith('postgres.') ? 'postgres' : 'ssh';
}
