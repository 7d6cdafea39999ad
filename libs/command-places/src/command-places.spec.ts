import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseResources, type World } from '@inland/residency';
import { loadShellReader, loadSqlParser, type ShellReader, type SqlParser } from '@inland/statements';
import { CommandPlaces, sqlLeads, type CommandLeads } from './index.ts';

let shell: ShellReader;
let sqlParser: SqlParser;
beforeAll(async () => {
  shell = await loadShellReader();
  sqlParser = await loadSqlParser();
});

const resources = parseResources(
  `
{apiVersion: inland/v1, kind: Region, metadata: {name: 'dc:a'}, spec: {country: DE}}
---
{apiVersion: inland/v1, kind: Target, metadata: {name: db}, spec: {protocol: postgres, address: 'h:1', region: 'dc:a', dataClasses: [none], logins: [{name: a, secret: a}]}}
---
{apiVersion: inland/v1, kind: Destination, metadata: {name: d}, spec: {hosts: [files.example.com, 's3://reports', 10.0.0.0/8], region: 'dc:a'}}
`,
  'test',
);
const world: World = {
  resources: new Map(resources.map((one) => [`${one.kind}/${one.metadata.name}`, { resource: one, generation: 1 }])),
};
const addresses = {
  of: (address: string) => ({ region: null, country: address === '8.8.8.8' ? 'US' : null }),
};
const leads = (operation: string, text: string): CommandLeads | undefined => {
  const read = operation.startsWith('postgres.') ? sqlParser.read(text) : undefined;
  const sql = read?.parsed === true ? sqlLeads(read.statements) : undefined;
  return new CommandPlaces(shell, () => world, addresses).leadsOf('db', { operation, text, sql });
};

describe('where a command would send data', () => {
  it.each([
    ['a host that rules know', 'curl http://files.example.com/x', 'files.example.com', 'dc:a'],
    ['a bucket that rules know', 'aws s3 cp x s3://reports/y', 's3://reports', 'dc:a'],
    ['an address of a range that rules know', 'nc 10.2.3.4 80', '10.2.3.4', 'dc:a'],
    ['the target itself', 'curl http://localhost:8080/', 'localhost', 'dc:a'],
    [
      'a region that the text states',
      'curl https://s3.eu-west-1.amazonaws.com/b',
      's3.eu-west-1.amazonaws.com',
      'aws:eu-west-1',
    ],
    ['nobody knows where', 'curl https://example.org/', 'example.org', null],
  ])('%s', (_, text, host, region) => {
    expect(leads('ssh.exec', text)?.destinations).toContainEqual(expect.objectContaining({ host, region }));
  });

  it('is the country of an address that no rule knows', () => {
    expect(leads('ssh.line', 'nc 8.8.8.8 53')?.destinations).toEqual([
      { host: '8.8.8.8', via: 'nc', region: null, country: 'US' },
    ]);
    expect(leads('ssh.exec', 'nc 9.9.9.9 53')?.destinations).toEqual([{ host: '9.9.9.9', via: 'nc', region: null }]);
  });

  it('is read of SQL too, and of the lines of shell within it', () => {
    expect(leads('postgres.query', 'SELECT 1')).toBeUndefined();
    const linked = leads('postgres.query', "SELECT * FROM dblink('host=files.example.com', 'SELECT 1') AS t(x int)");
    expect(linked?.destinations).toContainEqual(expect.objectContaining({ host: 'files.example.com', region: 'dc:a' }));
    const program = leads('postgres.query', "COPY t TO PROGRAM 'curl -T - http://8.8.8.8/'");
    expect(program?.destinations).toContainEqual(expect.objectContaining({ host: '8.8.8.8', country: 'US' }));
  });

  it('is proven, or it is said why not', () => {
    expect(leads('ssh.exec', 'ls -l /tmp')).toEqual({ destinations: [], unproven: [] });
    expect(leads('ssh.exec', 'eval "$(cat x)"')?.unproven).not.toEqual([]);
    expect(leads('ssh.file-read', '/etc/passwd')).toBeUndefined();
  });
});
