import { describe, expect, it } from '@jest/globals';
import { hostName, regionOfHost } from './host-names.ts';
import { hostAndPort, placeOf } from './urls.ts';

describe('a host', () => {
  it.each([
    ['Evil.COM.', 'evil.com'],
    ['2130706433', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['0177.0.0.01', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['my_host', 'my_host'],
    ['localhost', 'localhost'],
    ['', undefined],
    ['a b', undefined],
    ['999.1.1.1', undefined],
    ['a:b', undefined],
    ['x'.repeat(300), undefined],
  ])('%s is %s', (written, host) => {
    expect(hostName(written)).toBe(host);
  });

  it.each([
    ['s3.eu-west-1.amazonaws.com', 'aws:eu-west-1'],
    ['b.s3-us-west-2.amazonaws.com', 'aws:us-west-2'],
    ['b.s3.dualstack.eu-central-1.amazonaws.com', 'aws:eu-central-1'],
    ['x.abc.eu-north-1.rds.amazonaws.com', 'aws:eu-north-1'],
    ['s3.cn-north-1.amazonaws.com.cn', 'aws:cn-north-1'],
    ['s3.amazonaws.com', undefined],
    ['app.westeurope.cloudapp.azure.com', 'azure:westeurope'],
    ['europe-west1-docker.pkg.dev', 'gcp:europe-west1'],
    ['storage.europe-west3.rep.googleapis.com', 'gcp:europe-west3'],
    ['storage.googleapis.com', undefined],
    ['eu-west-1.evil.com', undefined],
  ])('%s is in %s', (host, region) => {
    expect(regionOfHost(host)).toBe(region);
  });
});

describe('a place', () => {
  it.each([
    ['http://good@evil.com/x', 'evil.com', ''],
    ['https://u:p@evil.com:8443/x@y', 'evil.com', '8443'],
    ['evil.com:80/x', 'evil.com', '80'],
    ['http://[::1]:8080/', '[::1]', '8080'],
    ['http:///evil.com', 'evil.com', ''],
    ['http://evil.com?@good.com', 'evil.com', ''],
  ])('%s leads to %s', (url, host, port) => {
    expect(placeOf(url)).toMatchObject({ host, port, doubtful: false });
  });

  it('is doubtful where programs differ', () => {
    expect(placeOf('http://good.com\\@evil.com/').doubtful).toBe(true);
  });

  it('is a host and a port', () => {
    expect(hostAndPort('a:1')).toEqual({ host: 'a', port: '1' });
    expect(hostAndPort('::1')).toEqual({ host: '::1', port: '' });
  });
});
