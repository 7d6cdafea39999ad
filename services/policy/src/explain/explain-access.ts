import { sqlLeads, type CommandPlaces } from '@inland/command-places';
import type { ControlView, ViewDecision } from '@inland/control-view';
import { principalBySubject } from '@inland/identity';
import { Fault, type Clock } from '@inland/kernel';
import {
  resourceNamed,
  rulesOf,
  type ClientPlaces,
  type DecisionInput,
  type PolicyEngine,
  type World,
} from '@inland/residency';
import {
  explainDecision,
  ruleChanges,
  smallestChanges,
  type AccessChange,
  type ExplainNode,
} from '@inland/policy-checks';
import type { SqlParser } from '@inland/statements';
import { z } from 'zod';

/** What is asked: would this access be allowed, and why. */
export const explainRequestSchema = z.strictObject({
  /** Whose access; the caller's, when absent. */
  as: z.string().min(1).max(256).optional(),
  target: z.string().min(1).max(63),
  /** The first that is let in, or else the target's first, when absent. */
  login: z.string().min(1).max(63).optional(),
  /** A kind of operation, or a text that is to run there. */
  operation: z.string().min(1).max(65_536).default('connect'),
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
  /** Sees all grants; others see those that are for the person. */
  readonly seesAllGrants: boolean;
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

export type Explanation = ViewDecision & {
  readonly facts: ExplainFacts;
  /** What was compared with what. */
  readonly tree: ExplainNode;
  /** Of a refusal: the smallest changes that would turn it, as far as some were found. */
  readonly changes: readonly AccessChange[];
  /** Where no such change was found: what would have to be stated, for an operator to judge. */
  readonly ruleChanges: readonly string[];
};

export interface ExplainAccessParts {
  readonly view: ControlView;
  readonly places: ClientPlaces;
  readonly region: string;
  readonly record: DecisionInput['record'];
  readonly clock: Clock;
  readonly sqlParser: SqlParser;
  readonly commands: CommandPlaces;
  /** An engine for trying what other rules would say. */
  readonly scratch: PolicyEngine;
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
    const decided = this.#decided(request, caller);
    const input = JSON.parse(decided.inputJson) as DecisionInput;
    const denied = decided.outcome === 'denied';
    const to = { ownGrantsOnly: !caller.seesAllGrants };
    const changes = denied ? view.withEngine((engine) => smallestChanges(engine, input, to), []) : [];
    return {
      ...decided,
      facts: this.#facts(view.world, input),
      tree: explainDecision(view.world, decided, to),
      changes,
      ruleChanges: denied && changes.length === 0 ? ruleChanges(this.#parts.scratch, view.world, input) : [],
    };
  }

  /** As the login that is asked for, or the first that is let in. */
  #decided(request: ExplainRequest, caller: ExplainCaller): ViewDecision {
    const { view } = this.#parts;
    const known = resourceNamed(view.world, 'Target', request.target)?.spec.logins.map(({ name }) => name) ?? [];
    const logins = request.login === undefined ? known : [request.login];
    const [first = this.#decide(request, '', caller), ...others] = logins.map((login) =>
      this.#decide(request, login, caller),
    );
    return [first, ...others].find(({ outcome }) => outcome === 'allowed') ?? first;
  }

  #decide(request: ExplainRequest, login: string, caller: ExplainCaller): ViewDecision {
    return this.#parts.view.decide(this.#input(request, login, caller));
  }

  #input(request: ExplainRequest, login: string, caller: ExplainCaller): DecisionInput {
    const { view, places, region, record, clock } = this.#parts;
    const subject = request.as ?? caller.subject;
    if (subject !== caller.subject && !caller.mayAskForOthers)
      throw new Fault('permission_denied', 'only administrators may ask for somebody else');
    const principal = principalBySubject(view.directory, subject);
    if (principal === undefined) throw new Fault('not_found', `nobody is known as ${subject}`);
    const place = places.placeOf(caller.address);
    const protocol =
      resourceNamed(view.world, 'Target', request.target)?.spec.protocol ?? protocolOf(request.operation);
    const { kind, text } = operationOf(request, protocol);
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
        protocol,
        login,
      },
      record: { ...record, masking: region },
      operation: {
        kind,
        text,
        ...this.#statements(kind, text ?? ''),
        ...this.#leads(request.target, kind, text ?? ''),
      },
      time: new Date(clock.now()).toISOString(),
    };
  }

  /** What SQL does is judged beside its text. */
  #statements(kind: string, text: string): Partial<DecisionInput['operation']> {
    if (!kind.startsWith('postgres.')) return {};
    const read = this.#parts.sqlParser.read(text);
    if (!read.parsed) return { effects: null, relations: [] };
    const { statements } = read;
    const known = statements.every(({ effects }) => effects !== null);
    return {
      effects: known ? [...new Set(statements.flatMap(({ effects }) => effects ?? []))].sort() : null,
      relations: [...new Set(statements.flatMap(({ relations }) => relations))].sort(),
    };
  }

  /** Where a text would send data is judged too. */
  #leads(target: string, operation: string, text: string): Partial<DecisionInput['operation']> {
    const read = operation.startsWith('postgres.') ? this.#parts.sqlParser.read(text) : undefined;
    const sql = read?.parsed === true ? sqlLeads(read.statements) : undefined;
    return this.#parts.commands.leadsOf(target, { operation, text, sql }) ?? {};
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

/** What is no kind of operation is the text of one: a statement, or a command. */
function operationOf(
  { operation, text }: ExplainRequest,
  protocol: DecisionInput['target']['protocol'],
): { readonly kind: string; readonly text: string | null } {
  if (operation === 'connect') return { kind: 'connect', text: null };
  if (/^(ssh|postgres)\.[a-z0-9-]+$/.test(operation)) return { kind: operation, text: text ?? '' };
  return { kind: protocol === 'postgres' ? 'postgres.query' : 'ssh.exec', text: operation };
}

function protocolOf(operation: string): DecisionInput['target']['protocol'] {
  return operation.startsWith('postgres.') ? 'postgres' : 'ssh';
}
