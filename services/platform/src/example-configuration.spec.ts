import { describe, expect, it } from '@jest/globals';
import { readHostConfig } from '@inland/service-host';
import { allServices } from './all-services.ts';

describe('deploy/examples/inland.yaml', () => {
  const config = readHostConfig('deploy/examples/inland.yaml', {});

  it('is a good configuration', () => {
    expect(config.log.kind).toBe('kafka');
    expect(Object.keys(config.services).every((name) => allServices.some((service) => service.name === name))).toBe(
      true,
    );
  });

  it.each(allServices.map((service) => [service.name, service] as const))(
    'has a good section for %s',
    (name, service) => {
      expect(service.configSchema.safeParse(config.services[name] ?? {}).error).toBeUndefined();
    },
  );
});
