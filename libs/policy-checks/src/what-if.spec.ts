import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicyEngine } from '@inland/residency';
import { loadShellReader, loadSqlParser } from '@inland/statements';
import { accessInput } from './access-input.ts';
import { eea, engineWith, sound } from './policy-checks.spec-support.ts';
import { WhatIf, type RecordedDecision } from './what-if.ts';

let before: PolicyEngine;
beforeEach(async () => {
  before = await engineWith(sound);
});

async function recorded(session: string, from: string): Promise<RecordedDecision> {
  const access = { as: `from-${from}`, groups: ['developers'], from, to: 'orders' };
  const { outcome, obligations, inputJson } = before.decide(
    accessInput(before.world, access, { sqlParser: await loadSqlParser(), shell: await loadShellReader() }),
  );
  const time = '2026-01-01T00:00:00.000Z';
  return { session, command: 0, time, outcome, obligations, inputJson, inputWithheld: false };
}

describe('WhatIf', () => {
  it('tells what would come out otherwise, both ways, of whom and where', async () => {
    const decisions = [await recorded('s1', 'DE'), await recorded('s2', 'FR'), await recorded('s3', 'US')];
    const policy = { ...eea, require: { client: { within: ['FR', 'US'] } } };
    const whatIf = new WhatIf(await engineWith({ ...sound, 'ResidencyPolicy/eea': policy }));
    for (const decision of decisions) whatIf.add(decision);
    const { refusedNow, allowedNow, ...rest } = whatIf.report();
    expect(rest).toMatchObject({ decisions: 3, withheld: 0, unchanged: 1, obligedOtherwise: { decisions: 0 } });
    expect(refusedNow).toEqual({
      decisions: 1,
      people: [['from-DE', 1]],
      targets: [['orders', 1]],
      sessions: 1,
      examples: [
        {
          session: 's1',
          command: 0,
          time: '2026-01-01T00:00:00.000Z',
          subject: 'from-DE',
          target: 'orders',
          operation: 'connect',
          code: 'residency_client_outside',
          rule: 'ResidencyPolicy/eea',
          message: expect.stringContaining('DE'),
        },
      ],
    });
    expect(allowedNow).toMatchObject({ decisions: 1, people: [['from-US', 1]] });
  });

  it('tells of other obligations', async () => {
    const policy = { ...eea, obligations: { mask: ['email', 'iban'] } };
    const whatIf = new WhatIf(await engineWith({ ...sound, 'ResidencyPolicy/eea': policy }));
    whatIf.add(await recorded('s1', 'DE'));
    expect(whatIf.report()).toMatchObject({ unchanged: 0, obligedOtherwise: { decisions: 1, sessions: 1 } });
  });

  it('says nothing of what the record does not hold, but how often', async () => {
    const whatIf = new WhatIf(before);
    whatIf.add({ ...(await recorded('s1', 'DE')), inputWithheld: true });
    whatIf.add({ ...(await recorded('s2', 'DE')), inputJson: '' });
    expect(whatIf.report()).toMatchObject({ decisions: 0, withheld: 1, unchanged: 0 });
  });

  it('changes nothing when the rules are the same', async () => {
    const whatIf = new WhatIf(await engineWith(sound));
    for (const from of ['DE', 'US', 'FR']) whatIf.add(await recorded(from, from));
    expect(whatIf.report()).toMatchObject({ decisions: 3, unchanged: 3 });
  });
});
