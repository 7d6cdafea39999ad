import { describe, expect, it } from '@jest/globals';
import { loadShellReader, loadSqlParser } from '@inland/statements';
import { accessMatrix } from './access-matrix.ts';
import { matrixCsv, matrixSvg } from './matrix-forms.ts';
import { engineWith, sound, target, type Rules } from './policy-checks.spec-support.ts';

const more: Rules = {
  'Target/us': { ...target, region: 'aws:us-east-1' },
  'Target/open': {
    ...target,
    protocol: 'ssh',
    region: 'aws:us-east-1',
    dataClasses: ['none'],
    logins: [
      { name: 'root', secret: 'a' },
      { name: 'app', secret: 'a' },
    ],
  },
  'ResidencyPolicy/none': { covers: { dataClasses: ['none'] } },
  'AccessGrant/all': {
    subjects: { groups: ['developers', '=sales "x", <b>'] },
    targets: { names: ['us', 'open'] },
    logins: ['app'],
    operations: ['*'],
  },
};

async function matrix(from: string) {
  return accessMatrix(await engineWith({ ...sound, ...more }), {
    from,
    sqlParser: await loadSqlParser(),
    shell: await loadShellReader(),
  });
}

describe('accessMatrix', () => {
  it('says of each group and target what a person of that group would get', async () => {
    const { groups, targets, cells } = await matrix('DE');
    expect(groups).toEqual(['=sales "x", <b>', 'developers']);
    expect(targets.map(({ name }) => name)).toEqual(['open', 'orders', 'us']);
    expect(cells.map((row) => row.map(({ outcome, code, login }) => `${outcome} ${code} ${login}`))).toEqual([
      ['allowed allowed app', 'denied grant_missing app', 'denied residency_target_outside app'],
      ['allowed allowed app', 'obliged allowed app', 'denied residency_target_outside app'],
    ]);
    expect(cells[1]?.[1]?.obligations).toEqual(['mask email']);
  });

  it('takes a place that is not stated for unknown', async () => {
    const { cells } = await matrix('unknown');
    expect(cells[1]?.[1]?.code).toBe('residency_client_unknown');
  });
});

describe('the forms of a matrix', () => {
  it('are CSV that no spreadsheet takes for a formula', async () => {
    const lines = matrixCsv(await matrix('DE')).split('\r\n');
    expect(lines[0]).toBe('group,target,region,login,outcome,obligations,reason,rule,message');
    expect(lines[1]).toMatch(/^"'=sales ""x"", <b>",open,aws:us-east-1,app,allowed,,allowed,AccessGrant\/all,/);
    expect(lines).toHaveLength(8);
  });

  it('are a picture with a cell for each, in which nothing is markup', async () => {
    const svg = matrixSvg(await matrix('DE'));
    expect(svg.match(/<title>/g)).toHaveLength(6);
    expect(svg).toContain('=sales &quot;x&quot;, &lt;b&gt;');
    expect(svg).not.toContain('<b>');
    expect(svg.match(/fill="#c62828"/g)).toHaveLength(4); // three cells and the legend
  });
});
