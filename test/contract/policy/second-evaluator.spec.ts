import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { decisionInputSchema, PolicyEngine } from '@inland/residency';
import { RandomWorlds } from './random-worlds.ts';
import { secondOpinion } from './second-evaluator.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await PolicyEngine.load(
    readFileSync(new URL('../../../libs/residency/bundle/default.wasm', import.meta.url)),
  );
});

/** INLAND_SEED=2 and so on: other worlds. */
const [worlds, inputsEach] = [500, 200];

describe('the default policy', () => {
  it('decides as a second evaluator does, 100,000 times', () => {
    const seed = Number(process.env['INLAND_SEED'] ?? 1);
    const random = new RandomWorlds(seed);
    const seen = new Map<string, number>();
    for (let count = 0; count < worlds; count += 1) {
      const world = random.world();
      engine.setWorld(world);
      for (let each = 0; each < inputsEach; each += 1) {
        const input = random.input();
        if (each === 0) expect(decisionInputSchema.safeParse(input).error).toBeUndefined();
        const decided = engine.decide(input);
        const { outcome, reasons, obligations, observed = [], approvals = [], exceptions = [] } = decided;
        const said = (all: typeof reasons): string[] =>
          [...new Set(all.map(({ code, rule }) => `${code} ${rule}`))].sort();
        const got = {
          outcome,
          reasons: said(reasons),
          obligations,
          observed: said(observed),
          approvals,
          exceptions,
          breakGlass: decided.breakGlass ?? false,
        };
        if (observed.length > 0) seen.set('observed', (seen.get('observed') ?? 0) + 1);
        for (const what of [...approvals, ...exceptions].map((name) => (name.includes('#') ? 'exception' : 'approval')))
          seen.set(what, (seen.get(what) ?? 0) + 1);
        if (got.breakGlass) seen.set('break glass', (seen.get('break glass') ?? 0) + 1);
        const second = secondOpinion(world, input);
        for (const { code } of reasons) seen.set(code, (seen.get(code) ?? 0) + 1);
        // With what makes it happen again.
        if (JSON.stringify(got) !== JSON.stringify(second))
          expect({ seed, count, input, rules: rulesIn(world), ...got }).toEqual({
            seed,
            count,
            input,
            rules: rulesIn(world),
            ...second,
          });
      }
    }
    const common = [...seen].filter(([, times]) => times > 20).map(([code]) => code);
    expect(common.sort()).toEqual(
      [
        'allowed',
        'approval',
        'approval_required',
        'break glass',
        'break_glass_required',
        'exception',
        'grant_login',
        'grant_missing',
        'grant_operation',
        'grant_time',
        'obligation_no_file_transfer',
        'obligation_no_forwarding',
        'obligation_read_only',
        'observed',
        'reason_required',
        'region_contradicted',
        'region_unknown',
        'residency_agent_outside',
        'residency_client_outside',
        'residency_client_unknown',
        'residency_destination_outside',
        'residency_destination_unknown',
        'residency_destination_unproven',
        'residency_forbidden_operation',
        'residency_gateway_outside',
        'residency_record_outside',
        'residency_target_outside',
        'residency_uncovered',
        'residency_unproven_operation',
        'residency_viewer_outside',
        'residency_viewer_unknown',
        'target_protocol',
        'target_unknown',
      ].sort(),
    );
  }, 180_000);
});

const rulesIn = ({ resources }: ReturnType<RandomWorlds['world']>): unknown[] =>
  [...resources.values()]
    .map(({ resource }) => resource)
    .filter(({ kind }) => kind !== 'Region' && kind !== 'Jurisdiction');
