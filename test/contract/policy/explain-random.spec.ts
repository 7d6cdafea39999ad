import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { explainDecision, smallestChanges, type ExplainNode } from '@inland/policy-checks';
import { PolicyEngine } from '@inland/residency';
import { RandomWorlds } from './random-worlds.ts';

const [worlds, inputsEach] = [60, 50];

const nodesOf = (node: ExplainNode): ExplainNode[] => [node, ...(node.parts ?? []).flatMap(nodesOf)];

describe('the tree of a decision', () => {
  it('has every reason of it, and nothing that fails where all is allowed; what turns it, turns it', async () => {
    const bundle = readFileSync(new URL('../../../libs/residency/bundle/default.wasm', import.meta.url));
    const engine = await PolicyEngine.load(bundle);
    const random = new RandomWorlds(Number(process.env['INLAND_SEED'] ?? 1));
    let [refusals, allowances, turned] = [0, 0, 0];
    for (let count = 0; count < worlds; count += 1) {
      const world = random.world();
      engine.setWorld(world);
      for (let each = 0; each < inputsEach; each += 1) {
        const decided = engine.decide(random.input());
        const tree = explainDecision(world, decided);
        const nodes = nodesOf(tree);
        expect(tree.holds).toBe(decided.outcome === 'allowed');
        const residency = nodes.filter(({ code }) => code?.startsWith('residency_'));
        if (decided.outcome === 'allowed') {
          allowances += 1;
          const against = residency.filter(({ rule, holds }) => holds === false && !isAuditing(nodes, rule));
          expect({ decided, against }).toMatchObject({ against: [] });
        } else {
          refusals += 1;
          for (const { code, rule } of decided.reasons)
            expect({ decided, codes: nodes.map((node) => `${node.code} ${node.rule ?? ''}`) }).toMatchObject({
              codes: expect.arrayContaining([
                rule.startsWith('ResidencyPolicy/')
                  ? `${code} ${rule}`
                  : expect.stringMatching(new RegExp(`^${code} `)),
              ]),
            });
          if (each < 10) turned += smallestChanges(engine, JSON.parse(decided.inputJson)).length;
        }
      }
    }
    expect(refusals).toBeGreaterThan(500);
    expect(allowances).toBeGreaterThan(50);
    expect(turned).toBeGreaterThan(5);
  }, 120_000);
});

function isAuditing(nodes: readonly ExplainNode[], rule: string | undefined): boolean {
  return nodes.some((node) => node.rule === rule && node.what.includes('audits only'));
}
