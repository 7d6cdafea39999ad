import { describe, expect, it } from '@jest/globals';
import { destinationRegion } from './destination-region.ts';
import { parseResources } from './resources/parse-resources.ts';
import type { World } from './world.ts';

const yaml = `
apiVersion: inland/v1
kind: Target
metadata: { name: build-eu }
spec: { protocol: ssh, address: 'build.eu.example:22', region: 'aws:eu-central-1', dataClasses: [none], logins: [{ name: d, secret: s }] }
---
apiVersion: inland/v1
kind: Target
metadata: { name: demo }
spec: { protocol: ssh, address: '127.0.0.1:2222', region: 'aws:us-east-1', dataClasses: [none], logins: [{ name: d, secret: s }] }
---
apiVersion: inland/v1
kind: Destination
metadata: { name: mirrors }
spec: { hosts: ['*.example', '*.us.example', 'odd.us.example', '10.0.0.0/8', '10.9.0.0/16', '2001:db8::1'], region: 'aws:eu-west-1' }
---
apiVersion: inland/v1
kind: Destination
metadata: { name: american }
spec: { hosts: ['*.us.example', '10.9.0.0/16', '10.9.9.9'], region: 'aws:us-east-1' }
`;
const world: World = {
  resources: new Map(
    parseResources(yaml, 'test.yaml').map((resource) => [
      `${resource.kind}/${resource.metadata.name}`,
      { resource, generation: 1 },
    ]),
  ),
};

describe('where a forwarding leads', () => {
  it.each([
    ['localhost', 'aws:eu-central-1'],
    ['LocalHost.', 'aws:eu-central-1'],
    ['127.8.8.8', 'aws:eu-central-1'],
    ['::1', 'aws:eu-central-1'],
    ['::ffff:127.0.0.1', 'aws:eu-central-1'],
    ['build.eu.example', 'aws:eu-central-1'],
    ['other.eu.example', 'aws:eu-west-1'],
    ['EXAMPLE', null],
    ['example.evil', null],
    ['notexample', null],
    ['odd.us.example', 'aws:eu-west-1'],
    ['any.us.example', null], // two say different things
    ['10.1.2.3', 'aws:eu-west-1'],
    ['10.9.1.1', null],
    ['10.9.9.9', 'aws:us-east-1'],
    ['::ffff:10.1.2.3', 'aws:eu-west-1'],
    ['2001:0db8:0:0::1', 'aws:eu-west-1'],
    ['2001:db8::2', null],
    ['192.0.2.1', null],
  ])('%s is in %s', (host, region) => {
    expect(destinationRegion(world, 'build-eu', host)).toBe(region);
  });
});
