import { resourcesOf, type DecisionObligations, type PolicyEngine } from '@inland/residency';
import { accessInput, type AccessDefaults } from './access-input.ts';

export interface MatrixOptions extends AccessDefaults {
  /** Where the clients are; `unknown`, when absent. */
  readonly from?: string | undefined;
  /** `connect`, when absent. */
  readonly operation?: string | undefined;
  readonly text?: string | undefined;
  /** Only these groups; all that rules and grants name, when absent. */
  readonly groups?: readonly string[] | undefined;
}

export interface MatrixCell {
  /** `obliged`: allowed, with something beside the plain record. */
  readonly outcome: 'allowed' | 'obliged' | 'denied';
  /** The login that was let in, or else the first of the target's. */
  readonly login: string;
  /** The first reason. */
  readonly code: string;
  readonly rule: string;
  readonly message: string;
  /** Such as `mask card, email` and `record strict`. */
  readonly obligations: readonly string[];
}

/** Groups against targets: what a person of this group alone would get. */
export interface AccessMatrix {
  readonly from: string;
  readonly operation: string;
  readonly groups: readonly string[];
  readonly targets: readonly { readonly name: string; readonly region: string }[];
  /** By group, then by target, in their order. */
  readonly cells: readonly (readonly MatrixCell[])[];
}

/** Asks the engine for each group and target; of a target's logins the first that is let in counts. */
export function accessMatrix(engine: PolicyEngine, options: MatrixOptions): AccessMatrix {
  const { world } = engine;
  const targets = resourcesOf(world, 'Target');
  const groups = options.groups ?? groupsOf(engine);
  const { from = 'unknown', operation = 'connect', text } = options;
  const cell = (group: string, to: string, login: string): MatrixCell => {
    const access = {
      as: 'somebody',
      groups: [group],
      from,
      to,
      login,
      operation,
      ...(text === undefined ? {} : { text }),
    };
    const { outcome, reasons, obligations } = engine.decide(accessInput(world, access, options));
    const obliged = outcome === 'denied' ? [] : say(obligations);
    const { code = '', rule = '', message = '' } = reasons[0] ?? {};
    const allowed = obliged.length === 0 ? 'allowed' : 'obliged';
    return { outcome: outcome === 'denied' ? 'denied' : allowed, login, code, rule, message, obligations: obliged };
  };
  return {
    from,
    operation,
    groups,
    targets: targets.map(({ metadata, spec }) => ({ name: metadata.name, region: spec.region })),
    cells: groups.map((group) =>
      targets.map(({ metadata, spec }) => {
        const all = spec.logins.map(({ name }) => cell(group, metadata.name, name));
        return all.find(({ outcome }) => outcome !== 'denied') ?? best(all);
      }),
    ),
  };
}

/** The refusal that is nearest to being none: one that a grant alone is missing to, rather than one of residency. */
function best(cells: readonly MatrixCell[]): MatrixCell {
  const near = cells.find(({ code }) => code.startsWith('grant_')) ?? cells[0];
  if (near === undefined) throw new Error('a target has a login');
  return near;
}

function groupsOf({ world }: PolicyEngine): string[] {
  const named = [
    ...resourcesOf(world, 'AccessGrant').flatMap(({ spec }) => spec.subjects.groups),
    ...resourcesOf(world, 'ResidencyPolicy').flatMap(({ spec }) => spec.covers.groups ?? []),
  ];
  return [...new Set(named)].sort();
}

function say(obligations: DecisionObligations): string[] {
  const { mask, recordStrict, maxSessionSeconds, maxIdleSeconds } = obligations;
  return [
    ...(mask.length === 0 ? [] : [`mask ${mask.join(', ')}`]),
    ...(recordStrict ? ['record strict'] : []),
    ...(maxSessionSeconds === 0 ? [] : [`at most ${maxSessionSeconds} s`]),
    ...(maxIdleSeconds === 0 ? [] : [`idle at most ${maxIdleSeconds} s`]),
    ...(obligations.readOnly ? ['read only'] : []),
    ...(obligations.noFileTransfer ? ['no file transfer'] : []),
    ...(obligations.noForwarding ? ['no forwarding'] : []),
    ...(obligations.reasonRequired ? ['reason required'] : []),
  ];
}
