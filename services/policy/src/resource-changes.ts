import type { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { controlRecord } from '@inland/events';
import { Fault } from '@inland/kernel';
import {
  canonicalJson,
  diffResources,
  parseResource,
  resourceNamed,
  type PolicyEngine,
  type Resource,
  type ResourceChange,
  type ResourceKind,
} from '@inland/residency';
import { placeWarnings } from './place-warnings.ts';

/** One resource takes at most so many bytes of JSON. */
export const resourceJsonBytesMax = 256 * 1024;

export interface ApplyResult {
  readonly changes: readonly ResourceChange[];
  /** What is likely a mistake, though it can be applied. */
  readonly warnings: readonly string[];
}

export interface ResourceChangesParts {
  readonly log: EventLog;
  readonly view: ControlView;
  readonly source: string;
  /** Knows which patterns can be read. */
  readonly patterns: Pick<PolicyEngine, 'unreadablePatterns'>;
}

/** Changes what is stated about the world: all of a request or nothing, one request after the other. */
export class ResourceChanges {
  readonly #parts: ResourceChangesParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: ResourceChangesParts) {
    this.#parts = parts;
  }

  /**
   * Makes the world say these resources; what is so already takes no event. Resolves when this replica decides on it.
   * Rejects with `invalid_argument` that names every problem, or with a fault of the log.
   */
  async apply(
    values: readonly unknown[],
    options: { readonly actor: string; readonly dryRun: boolean },
  ): Promise<ApplyResult> {
    const resources = this.#validated(values);
    return this.#inTurn(async () => {
      const { log, view, source } = this.#parts;
      const changes = diffResources(view.world, resources);
      const result = { changes, warnings: placeWarnings(view.world, resources) };
      const events = changes
        .filter(({ change }) => change !== 'unchanged')
        .map(({ kind, name, after, generation }) =>
          controlRecord(
            'ResourceApplied',
            { kind, name, generation: BigInt(generation), resourceJson: canonicalJson(after), actor: options.actor },
            { source, subject: `${kind}/${name}` },
          ),
        );
      if (options.dryRun || events.length === 0) return result;
      const { offset } = await log.append('inland.control.v1', events);
      await view.waitFor(offset);
      return result;
    });
  }

  /** Removes a resource. Rejects with `not_found` when there is none. */
  delete(kind: ResourceKind, name: string, actor: string): Promise<void> {
    return this.#inTurn(async () => {
      const { log, view, source } = this.#parts;
      if (resourceNamed(view.world, kind, name) === undefined)
        throw new Fault('not_found', `there is no ${kind} named ${name}`);
      const event = controlRecord('ResourceDeleted', { kind, name, actor }, { source, subject: `${kind}/${name}` });
      const { offset } = await log.append('inland.control.v1', [event]);
      await view.waitFor(offset);
    });
  }

  #validated(values: readonly unknown[]): Resource[] {
    const problems: string[] = [];
    const resources = new Map<string, Resource>();
    values.forEach((value, index) => {
      const parsed = parseResource(value);
      if (parsed.kind === 'problems') {
        for (const { path, message } of parsed.problems)
          problems.push(`resources.${[index, ...path.map(String)].join('.')}: ${message}`);
        return;
      }
      const { resource } = parsed;
      const full = `${resource.kind}/${resource.metadata.name}`;
      if (resources.has(full)) problems.push(`${full} is there twice; keep one`);
      if (Buffer.byteLength(JSON.stringify(resource)) > resourceJsonBytesMax)
        problems.push(`${full} is over ${resourceJsonBytesMax} bytes`);
      problems.push(...this.#unreadable(resource, full));
      resources.set(full, resource);
    });
    if (problems.length > 0) throw new Fault('invalid_argument', problems.join('\n'));
    return [...resources.values()];
  }

  #unreadable(resource: Resource, full: string): string[] {
    if (resource.kind !== 'ResidencyPolicy' || resource.spec.forbid.length === 0) return [];
    const unreadable = this.#parts.patterns.unreadablePatterns(
      resource.spec.forbid.flatMap(({ matching, unless }) => [matching ?? [], unless ?? []].flat()),
    );
    return unreadable.map(
      (pattern) => `${full}: spec.forbid: ${JSON.stringify(pattern)} is no regular expression (RE2)`,
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
