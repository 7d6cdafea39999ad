import { newRequestId } from '@inland/access-requests';
import type { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { controlRecord, decodeControlEvent, type ControlEvent, type EventRecord } from '@inland/events';
import { Fault } from '@inland/kernel';
import {
  canonicalJson,
  diffResources,
  resourceNamed,
  type Resource,
  type ResourceKind,
  type ResourceSource,
} from '@inland/residency';
import { changesBack, worldsOf, type ProposedChange, type RuleVersion } from '@inland/rule-changes';
import { placeWarnings } from './place-warnings.ts';
import { deletionsOf, validResources, type PatternCheck } from './valid-resources.ts';
import type { ApplyResult } from './apply-result.ts';

export interface RuleChangesParts {
  readonly log: EventLog;
  readonly view: ControlView;
  readonly source: string;
  /** Knows which patterns can be read. */
  readonly patterns: PatternCheck;
  /** How many other administrators must approve a change before it holds. */
  readonly approvers: number;
}

/** A change as it is wanted. */
export interface WantedChange {
  readonly apply: readonly unknown[];
  readonly delete?: readonly { readonly kind: string; readonly name: string }[];
  /** Where resources are written, by `Kind/name`. */
  readonly sources?: Readonly<Record<string, ResourceSource>>;
}

export interface ChangeBy {
  readonly actor: string;
  readonly reason: string;
  readonly dryRun: boolean;
}

interface Proposal {
  readonly apply: readonly Resource[];
  readonly delete: readonly { readonly kind: ResourceKind; readonly name: string }[];
  readonly sources: Readonly<Record<string, ResourceSource>>;
  readonly rolledBackTo: string;
  /** Of what it changes, how often that had changed. */
  readonly generations: Readonly<Record<string, number>>;
  readonly approvals: readonly string[];
}

/** Changes what is stated about the world: all of a request or nothing, one request after the other. */
export class RuleChanges {
  readonly #parts: RuleChangesParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: RuleChangesParts) {
    this.#parts = parts;
  }

  /**
   * Makes the world say these resources, and others no more; what is so already takes no event. Where others must
   * approve it, it is proposed. Resolves when this replica decides on it. Rejects with `invalid_argument` that names
   * every problem, `not_found`, or a fault of the log.
   */
  async change(wanted: WantedChange, by: ChangeBy): Promise<ApplyResult> {
    const apply = validResources(wanted.apply, this.#parts.patterns);
    return this.#inTurn(() => {
      const removed = deletionsOf(wanted.delete ?? [], this.#parts.view.world);
      return this.#make({ apply, delete: removed, sources: wanted.sources ?? {}, rolledBackTo: '' }, by);
    });
  }

  /** Goes back to a version: what later ones changed is again as it was. Rejects with `not_found`. */
  rollBack(version: number, by: ChangeBy): Promise<ApplyResult> {
    return this.#inTurn(async () => {
      const back = changesBack(await this.#events(), version);
      if (back === undefined) throw unknownVersion(version);
      const removed = deletionsOf(back.delete, this.#parts.view.world);
      return this.#make({ apply: back.apply, delete: removed, sources: {}, rolledBackTo: String(version) }, by);
    });
  }

  /** A version, and what it made of each resource. Rejects with `not_found`. */
  async version(version: number): Promise<{
    readonly version: RuleVersion;
    readonly changes: readonly {
      readonly kind: string;
      readonly name: string;
      readonly before: Resource | null;
      readonly after: Resource | null;
    }[];
  }> {
    const found = this.#parts.view.changes.versions[version - 1];
    const worlds = worldsOf(await this.#events(), version);
    if (found === undefined || worlds === undefined) throw unknownVersion(version);
    const changes = found.resources.map(({ kind, name }) => ({
      kind,
      name,
      before: worlds.before.resources.get(`${kind}/${name}`)?.resource ?? null,
      after: worlds.after.resources.get(`${kind}/${name}`)?.resource ?? null,
    }));
    return { version: found, changes };
  }

  proposals(): readonly (Omit<ProposedChange, 'changesJson'> & { readonly changes: Omit<Proposal, 'sources'> })[] {
    return [...this.#parts.view.changes.proposed.values()].map(({ changesJson, ...stated }) => {
      const { sources: _sources, ...changes } = JSON.parse(changesJson) as Proposal;
      return { ...stated, changes };
    });
  }

  /**
   * Approves a proposed change; with the last approval that it needs, it holds. Rejects with `not_found`,
   * `permission_denied` for who proposed it, or `conflict` where the rules have changed under it.
   */
  approve(change: string, approver: string): Promise<ApplyResult> {
    return this.#inTurn(async () => {
      const { stated, proposal } = this.#proposed(change);
      if (stated.actor === approver) throw new Fault('permission_denied', 'nobody approves their own change');
      if (proposal.approvals.includes(approver)) throw new Fault('conflict', 'you have approved this change already');
      const stale = Object.entries(proposal.generations).filter(
        ([full, generation]) => (this.#parts.view.world.resources.get(full)?.generation ?? 0) !== generation,
      );
      if (stale.length > 0)
        throw new Fault(
          'conflict',
          `${stale.map(([full]) => full).join(', ')} has changed since this was proposed; propose it anew`,
        );
      const approvals = [...proposal.approvals, approver];
      const approved = this.#record('ChangeApproved', { change, approver }, `RuleChange/${change}`);
      if (approvals.length < this.#parts.approvers) {
        const again = this.#proposal(change, stated, { ...proposal, approvals });
        await this.#append([approved, again]);
        return { changes: [], warnings: [], proposed: change };
      }
      const { actor, reason } = stated;
      return this.#carryOut(proposal, { change, actor, reason, approvers: approvals }, [approved]);
    });
  }

  /** Ends a proposed change without making it. Who proposed it may withdraw it. */
  reject(change: string, actor: string, reason: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#proposed(change);
      await this.#append([this.#record('ChangeRejected', { change, actor, reason }, `RuleChange/${change}`)]);
    });
  }

  #proposed(change: string): { readonly stated: ProposedChange; readonly proposal: Proposal } {
    const stated = this.#parts.view.changes.proposed.get(change);
    if (stated === undefined)
      throw new Fault('not_found', `there is no proposed change ${JSON.stringify(change.slice(0, 64))}`);
    return { stated, proposal: JSON.parse(stated.changesJson) as Proposal };
  }

  async #make(wanted: Omit<Proposal, 'generations' | 'approvals'>, by: ChangeBy): Promise<ApplyResult> {
    const { view, approvers } = this.#parts;
    const changes = diffResources(view.world, wanted.apply);
    const warnings = placeWarnings(view.world, wanted.apply);
    const deleted = wanted.delete;
    const nothing = deleted.length === 0 && changes.every(({ change }) => change === 'unchanged');
    if (by.dryRun || nothing) return { changes, deleted, warnings };
    const change = newRequestId('c');
    if (approvers === 0)
      return this.#carryOut(wanted, { change, actor: by.actor, reason: by.reason, approvers: [] }, []);
    const touched = [...changes.map(({ kind, name }) => `${kind}/${name}`), ...deleted.map(fullName)];
    const generations = Object.fromEntries(
      touched.map((full) => [full, view.world.resources.get(full)?.generation ?? 0]),
    );
    const proposal = this.#proposal(change, by, { ...wanted, generations, approvals: [] });
    await this.#append([proposal]);
    return { changes, deleted, warnings, proposed: change };
  }

  #proposal(change: string, { actor, reason }: Pick<ChangeBy, 'actor' | 'reason'>, proposal: Proposal): EventRecord {
    const changesJson = JSON.stringify(proposal);
    return this.#record('ChangeProposed', { change, actor, reason, changesJson }, `RuleChange/${change}`);
  }

  async #carryOut(
    wanted: Omit<Proposal, 'generations' | 'approvals'>,
    by: {
      readonly change: string;
      readonly actor: string;
      readonly reason: string;
      readonly approvers: readonly string[];
    },
    before: readonly EventRecord[],
  ): Promise<ApplyResult> {
    const { view } = this.#parts;
    const { change, actor, reason, approvers } = by;
    const changes = diffResources(view.world, wanted.apply);
    const stated = { change, actor, reason, approvers: [...approvers], rolledBackTo: wanted.rolledBackTo };
    const events = [...before, this.#record('RulesChanged', stated, `RuleChange/${change}`)];
    for (const { kind, name, after, generation, change: how } of changes) {
      if (how === 'unchanged') continue;
      const source = wanted.sources[`${kind}/${name}`];
      const data = {
        kind,
        name,
        generation: BigInt(generation),
        resourceJson: canonicalJson(after),
        actor,
        change,
        sourceJson: source === undefined ? '' : JSON.stringify(source),
      };
      events.push(this.#record('ResourceApplied', data, `${kind}/${name}`));
    }
    for (const { kind, name } of wanted.delete)
      if (resourceNamed(view.world, kind, name) !== undefined)
        events.push(this.#record('ResourceDeleted', { kind, name, actor, change }, `${kind}/${name}`));
    await this.#append(events);
    return {
      changes,
      deleted: wanted.delete,
      warnings: placeWarnings(view.world, wanted.apply),
      version: view.changes.versions.length,
    };
  }

  #record<Name extends ControlEvent['name']>(
    name: Name,
    data: Parameters<typeof controlRecord<Name>>[1],
    subject: string,
  ): EventRecord {
    return controlRecord(name, data, { source: this.#parts.source, subject });
  }

  async #append(events: readonly EventRecord[]): Promise<void> {
    const { offset } = await this.#parts.log.append('inland.control.v1', events);
    await this.#parts.view.waitFor(offset);
  }

  async #events(): Promise<{ readonly event: ControlEvent; readonly time: string }[]> {
    const events = [];
    for await (const { event } of this.#parts.log.read({ topic: 'inland.control.v1', partition: 0, from: 0 }))
      events.push({ event: decodeControlEvent(event), time: event.time });
    return events;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

const fullName = ({ kind, name }: { readonly kind: string; readonly name: string }): string => `${kind}/${name}`;

function unknownVersion(version: number): Fault {
  return new Fault('not_found', `there is no version ${version} of the rules; \`inland policy history\` lists them`);
}
