import type { ControlView } from '@inland/control-view';
import type { EventLog } from '@inland/event-log';
import { decodeSessionEvent, Outcome, typeOf, type Decision } from '@inland/events';
import { Fault } from '@inland/kernel';
import { WhatIf, type WhatIfReport } from '@inland/policy-checks';
import { parseResource, type PolicyEngine, type Resource, type World } from '@inland/residency';

export interface WhatIfRequest {
  /** The rules to try, on top of those that are in force. */
  readonly resources: readonly unknown[];
  /** RFC 3339: decisions from then on. */
  readonly since: string;
}

const types = new Set([typeOf('AccessDecided'), typeOf('CommandDecided')]);
/** A question may take so long: less than who asks waits. */
const millisMax = 110_000;

/** Makes the decisions of the log again by other rules. One question at a time. */
export class WhatIfLog {
  readonly #log: EventLog;
  readonly #view: ControlView;
  /** Of what is in force, new. */
  readonly #engine: () => Promise<PolicyEngine>;
  #asked = false;

  constructor(parts: {
    readonly log: EventLog;
    readonly view: ControlView;
    readonly engine: () => Promise<PolicyEngine>;
  }) {
    this.#log = parts.log;
    this.#view = parts.view;
    this.#engine = parts.engine;
  }

  /** Rejects with `invalid_argument`, `resource_exhausted` (somebody asks already), `timeout` or a fault of the log. */
  async ask({ resources, since }: WhatIfRequest): Promise<WhatIfReport> {
    const world = worldOn(this.#view.world, resources);
    if (this.#asked) throw new Fault('resource_exhausted', 'somebody asks what-if already; ask again in a moment');
    this.#asked = true;
    try {
      const engine = await this.#engine();
      engine.setWorld(world);
      return await this.#reconsider(new WhatIf(engine), since);
    } finally {
      this.#asked = false;
    }
  }

  async #reconsider(whatIf: WhatIf, since: string): Promise<WhatIfReport> {
    const from = Date.parse(since);
    const giveUpAt = Date.now() + millisMax;
    for (const partition of (await this.#log.ends('inland.session.v1')).keys())
      for await (const { event } of this.#log.read({ topic: 'inland.session.v1', partition, from: 0 })) {
        if (Date.now() > giveUpAt) throw new Fault('timeout', 'there are too many decisions; ask for a shorter time');
        if (!types.has(event.type) || Date.parse(event.time) < from) continue;
        const decided = decodeSessionEvent(event);
        if (decided.name !== 'AccessDecided' && decided.name !== 'CommandDecided') continue;
        const { decision } = decided.data;
        if (decision === undefined) continue;
        whatIf.add({
          session: event.key,
          command: decided.name === 'CommandDecided' ? decided.data.command : 0,
          time: event.time,
          outcome: decision.outcome === Outcome.ALLOWED ? 'allowed' : 'denied',
          obligations: obligationsOf(decision),
          inputJson: decision.inputJson,
          inputWithheld: decision.inputWithheld,
        });
      }
    return whatIf.report();
  }
}

function obligationsOf({ obligations }: Decision) {
  const { mask = [], recordStrict = false, maxSessionSeconds = 0, maxIdleSeconds = 0 } = obligations ?? {};
  return { mask, recordStrict, maxSessionSeconds, maxIdleSeconds };
}

/** The world with these resources on top. Faults with `invalid_argument` that names every problem. */
function worldOn(world: World, values: readonly unknown[]): World {
  const resources = new Map(world.resources);
  const problems: string[] = [];
  values.forEach((value, index) => {
    const parsed = parseResource(value);
    if (parsed.kind === 'problems')
      for (const { path, message } of parsed.problems)
        problems.push(`resources.${[index, ...path.map(String)].join('.')}: ${message}`);
    else {
      const resource: Resource = parsed.resource;
      resources.set(`${resource.kind}/${resource.metadata.name}`, { resource, generation: 1 });
    }
  });
  if (problems.length > 0) throw new Fault('invalid_argument', problems.join('\n'));
  return { resources };
}
