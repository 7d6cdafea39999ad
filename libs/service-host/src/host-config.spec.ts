import { describe, expect, it } from '@jest/globals';
import { hostConfig } from './host-config.ts';

const region = 'aws:eu-central-1';

describe('the configuration', () => {
  it('needs nothing but a region', () => {
    const config = hostConfig({ region }, {});
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 7400 });
    expect([config.log.kind, config.projections.kind, config.coordination.kind, config.recordings.kind]).toEqual([
      'embedded',
      'embedded',
      'memory',
      'folder',
    ]);
  });

  it('takes ports and the home folder from the environment', () => {
    const environment = { INLAND_HOME: '/var/lib/inland', INLAND_HTTP_PORT: '8400', INLAND_POSTGRES_PORT: '8432' };
    const config = hostConfig({ region, http: { port: 1 } }, environment);
    expect([config.home, config.http.port]).toEqual(['/var/lib/inland', 8400]);
    expect(config.services['proxy']).toEqual({ postgres: { port: 8432 } });
  });

  it.each([
    [{}, 'region'],
    [{ region, htp: {} }, 'Unrecognized key: "htp"'],
    [{ region, log: { kind: 'kafka', brokers: [] } }, 'log.brokers'],
    [{ region, log: { kind: 'paper' } }, 'log.kind'],
    [{ region, trustedNetworks: [{ name: 'x', cidrs: ['10.0.0.0/8'], country: 'Germany' }] }, 'country'],
    ['text', 'expected object'],
  ])('names what is wrong with %j', (document, part) => {
    expect(() => hostConfig(document, {}, 'inland.yaml')).toThrow(
      expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining(part) }),
    );
  });

  it('refuses a port that is none', () => {
    expect(() => hostConfig({ region }, { INLAND_SSH_PORT: 'ssh' })).toThrow('INLAND_SSH_PORT must be a port');
  });

  it('serves others over TLS, unless it is told that something else does', () => {
    const http = { host: '0.0.0.0' };
    expect(() => hostConfig({ region, http }, {})).toThrow('http.tls is missing');
    expect(hostConfig({ region, http: { ...http, insecure: true } }, {}).http.host).toBe('0.0.0.0');
  });

  it.each([
    ['log', { kind: 'kafka', brokers: ['kafka:9092'] }],
    ['projections', { kind: 'postgres', host: 'db', passwordSecret: 'postgres/password' }],
    ['coordination', { kind: 'redis', host: 'redis' }],
  ])('reaches %s over TLS, unless it is told otherwise', (key, store) => {
    expect(() => hostConfig({ region, [key]: store }, {})).toThrow(`${key}.tls is missing`);
    expect(hostConfig({ region, [key]: { ...store, tls: {} } }, {})).toHaveProperty([key, 'tls']);
    expect(hostConfig({ region, [key]: { ...store, insecure: true } }, {})).toHaveProperty([key, 'insecure'], true);
  });
});
