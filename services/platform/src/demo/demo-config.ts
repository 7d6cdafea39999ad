import { join } from 'node:path';
import { hostConfig, type HostConfig } from '@inland/service-host';
import type { DemoPerson } from './demo-people.ts';

/** Inland on embedded stores, in Frankfurt, with the demo's people; who connects from this machine is in Germany. */
export function demoConfig(home: string, people: readonly DemoPerson[], environment?: NodeJS.ProcessEnv): HostConfig {
  return hostConfig(
    {
      region: 'aws:eu-central-1',
      home,
      logging: { file: join(home, 'inland.log') },
      roles: { administrators: ['platform'], auditors: ['platform'] },
      trustedNetworks: [{ name: 'this-machine', cidrs: ['127.0.0.0/8', '::1/128'], country: 'DE' }],
      services: {
        auth: {
          people: people.map(({ subject, displayName, groups, publicKey }) => ({
            subject,
            displayName,
            groups,
            sshKeys: [publicKey],
          })),
        },
        // Nobody else can hold a lease in this process's own coordination: what an earlier start left open is lost.
        recorder: { startGraceMillis: 0 },
      },
    },
    { ...(environment ?? process.env), INLAND_HOME: home },
    'the demo',
  );
}
