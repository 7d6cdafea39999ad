import { stringify } from 'yaml';

export interface DemoAddresses {
  readonly ssh: { readonly port: number; readonly hostKey: string };
  readonly postgres: { readonly port: number; readonly caPem: string };
}

/**
 * The demo's targets, rules and grants, as the YAML that an operator would write: two targets in Frankfurt, one in
 * Virginia, and one rule that keeps personal data within the EEA.
 */
export function demoResources({ ssh, postgres }: DemoAddresses): string {
  const resource = (kind: string, name: string, spec: object, labels?: object): string =>
    stringify(
      { apiVersion: 'inland/v1', kind, metadata: { name, ...(labels === undefined ? {} : { labels }) }, spec },
      { lineWidth: 100 },
    );
  const database = (region: string, secret: string): object => ({
    protocol: 'postgres',
    address: `127.0.0.1:${postgres.port}`,
    region,
    dataClasses: ['personal', 'payment'],
    logins: [{ name: 'app', secret }],
    tls: { mode: 'verify-full', ca: postgres.caPem },
  });
  return [
    resource(
      'Target',
      'build-eu',
      {
        protocol: 'ssh',
        address: `127.0.0.1:${ssh.port}`,
        region: 'aws:eu-central-1',
        dataClasses: ['personal'],
        logins: [{ name: 'deploy', secret: 'demo/build-eu' }],
        hostKeys: [ssh.hostKey],
      },
      { team: 'build' },
    ),
    resource('Target', 'orders-eu', database('aws:eu-central-1', 'demo/orders'), { team: 'orders' }),
    resource('Target', 'orders-us', database('aws:us-east-1', 'demo/orders'), { team: 'orders' }),
    resource('ResidencyPolicy', 'personal-data-stays-in-eea', {
      description: 'Personal and payment data is reached from, through and at places within the EEA only.',
      covers: { dataClasses: ['personal', 'payment'] },
      require: {
        client: { within: ['EEA'] },
        gateway: { within: ['EEA'] },
        target: { within: ['EEA'] },
        record: { within: ['EEA'] },
      },
      forbid: [
        {
          operations: ['postgres.export'],
          because: 'COPY … TO PROGRAM, dblink and the like hand rows to something that can send them anywhere',
        },
        {
          operations: ['ssh.*'],
          matching: '\\baws\\s+s3\\s+(cp|sync|mv)\\b.*\\bs3://[a-z0-9.-]*us-',
          because: 'the bucket named is in the United States',
        },
      ],
      obligations: { mask: ['email', 'card', 'iban'], record: 'bounded' },
    }),
    resource('AccessGrant', 'developers-everywhere', {
      subjects: { groups: ['developers'] },
      targets: { names: ['build-eu', 'orders-eu', 'orders-us'] },
      logins: ['deploy', 'app'],
      operations: ['connect', 'ssh.*', 'postgres.*'],
    }),
    resource('AccessGrant', 'platform-builds', {
      subjects: { groups: ['platform'] },
      targets: { names: ['build-eu'] },
      logins: ['deploy'],
      operations: ['connect', 'ssh.*'],
    }),
  ].join('---\n');
}
