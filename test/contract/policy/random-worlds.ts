import { parseResource, systemResources, type DecisionInput, type Resource, type World } from '@inland/residency';

/** Rules and accesses at random, from few words, so that they meet; the same for the same seed. */
export class RandomWorlds {
  #state: number;
  /** Half of the worlds demand little, so that more comes of them than refusals. */
  #strict = true;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below 1 (mulberry32). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  #chance(share: number): boolean {
    return this.#next() < share;
  }

  #one<T>(all: readonly T[]): T {
    return all[Math.floor(this.#next() * all.length)] as T;
  }

  #some<T>(all: readonly T[], most = 3, least = 1): T[] {
    return Array.from({ length: least + Math.floor(this.#next() * (most - least + 1)) }, () => this.#one(all));
  }

  #maybe(share: number, part: () => object): object {
    return this.#chance(share) ? part() : {};
  }

  world(): World {
    this.#strict = this.#chance(0.5);
    const resources: Resource[] = systemResources().filter(
      ({ kind, metadata }) => kind === 'Jurisdiction' || regions.includes(metadata.name),
    );
    const add = (kind: string, name: string, spec: object, labels: object = {}): void => {
      const parsed = parseResource({ apiVersion: 'inland/v1', kind, metadata: { name, labels }, spec });
      if (parsed.kind === 'problems') throw new Error(`${kind}: ${JSON.stringify(parsed.problems)}`);
      resources.push(parsed.resource);
    };
    add('Jurisdiction', 'circle-a', { countries: ['CH'], includes: ['circle-b'] });
    add('Jurisdiction', 'circle-b', { countries: ['JP'], includes: ['circle-a', 'DACH'] });
    for (const name of targets)
      add(
        'Target',
        name,
        {
          protocol: name.startsWith('db') ? 'postgres' : 'ssh',
          address: 'h:1',
          region: this.#one(this.#chance(0.05) ? ['nowhere'] : regions),
          dataClasses: this.#some(classes, 2),
          ...this.#maybe(0.3, () => ({ regionProof: 'declared' })),
          logins: [{ name: 'app', secret: 'a' }],
        },
        { team: this.#one(teams) },
      );
    add('Region', 'own:quebec', { country: 'CA', subdivision: 'CA-QC' });
    for (let count = Math.floor(this.#next() * 5); count > 0; count -= 1)
      add('ResidencyPolicy', `p${count}`, this.#policy());
    for (let count = Math.floor(this.#next() * 5); count > 0; count -= 1)
      add('AccessGrant', `g${count}`, this.#grant());
    if (this.#chance(0.3))
      add('MaskingRule', 'm', {
        detect: this.#some(detectors, 2),
        ...this.#maybe(0.7, () => ({ targets: this.#selector() })),
      });
    return {
      resources: new Map(
        resources.map((resource) => [`${resource.kind}/${resource.metadata.name}`, { resource, generation: 1 }]),
      ),
    };
  }

  #selector(): object {
    if (this.#chance(0.2)) return { dataClasses: this.#some(classes, 2) };
    return this.#chance(0.5) ? { names: this.#some(targets, 3) } : { labels: { team: this.#one(teams) } };
  }

  #within(): object {
    return { within: this.#some(places, 4, 2) };
  }

  #policy(): object {
    const parts = ['client', 'gateway', 'agent', 'target', 'record', 'viewer', 'destination'] as const;
    const approval = this.#chance(0.15);
    return {
      enforce: this.#chance(0.25) ? 'audit' : 'deny',
      covers: {
        ...this.#maybe(0.5, () => ({ dataClasses: this.#some(classes, 2) })),
        ...this.#maybe(0.2, () => ({ targetLabels: { team: this.#one(teams) } })),
        ...this.#maybe(0.2, () => ({ targets: this.#some(targets, 3) })),
        ...this.#maybe(0.2, () => ({ groups: this.#some(groups, 2) })),
        ...this.#maybe(0.1, () => ({ people: this.#some(people, 1) })),
      },
      require: Object.fromEntries(
        parts.filter(() => this.#chance(this.#strict ? 0.3 : 0.04)).map((part) => [part, this.#within()]),
      ),
      exceptions: this.#some([0], 2, 0).map((_, index) => ({
        name: `x${index}`,
        parts: this.#some(parts, 4),
        within: this.#some(places, 4),
        ...this.#maybe(0.4, () => ({
          for: this.#chance(0.5) ? { groups: this.#some(groups, 2) } : { people: this.#some(people, 1) },
        })),
        legalBasis: 'l',
        approver: 'a',
        until: this.#one(['2025-12-31', '2026-01-01', '2026-01-05T10:30:00Z', '2027-01-01']),
      })),
      ...(approval
        ? {
            approval: {
              ...this.#approval(),
              ...this.#maybe(0.8, () => ({ operations: this.#some(operations, 2, 0) })),
            },
          }
        : {}),
      unknownDestinations: this.#one(['refuse', 'allow', approval ? 'approve' : 'allow']),
      unprovenCommands: this.#one(['refuse', 'allow', approval ? 'approve' : 'allow', 'allow']),
      forbid: this.#some([0], this.#strict ? 2 : 0, 0).map(() => ({
        operations: this.#some(operations, 2),
        ...this.#maybe(0.3, () => ({ matching: this.#one(patterns) })),
        ...this.#maybe(0.3, () => ({ unless: this.#one(patterns) })),
        because: 'b',
      })),
      obligations: {
        mask: this.#some(detectors, 2, 0),
        record: this.#one(['bounded', 'strict']),
        maxSessionSeconds: this.#one([0, 0, 60, 90]),
        maxIdleSeconds: this.#one([0, 0, 30, 45]),
        readOnly: this.#chance(this.#strict ? 0.1 : 0.03),
        noFileTransfer: this.#chance(this.#strict ? 0.1 : 0.03),
        noForwarding: this.#chance(this.#strict ? 0.1 : 0.03),
        reasonRequired: this.#chance(0.1),
      },
    };
  }

  #approval(): object {
    return {
      by: this.#some(groups, 2),
      approvers: this.#one([1, 1, 2]),
      maxSeconds: this.#one([600, 3600]),
      once: this.#chance(0.2),
      ticket: this.#chance(0.2),
    };
  }

  #requests(login: string): object {
    return {
      approvals: this.#some([0], 3).map((_, index) => ({
        id: `r${index}`,
        operation: this.#one(['connect', 'connect', 'connect', 'ssh.exec', 'postgres.query']),
        login: this.#chance(0.9) ? login : this.#one(logins),
        reason: this.#one(['', 'r', 'r']),
        ticket: this.#one(['', 't']),
        seconds: this.#one([600, 3600]),
        once: this.#chance(0.5),
        breakGlass: this.#chance(0.5),
        until: this.#one([
          ...this.#some(['2026-01-01T00:00:00.000Z'], 1, 0),
          '2027-01-01T00:00:00.000Z',
          '2027-01-01T00:00:00.000Z',
        ]),
        approvers: (this.#chance(0.7) ? approvers : this.#some(approvers, 2, 0)).map((subject) => ({
          subject,
          groups: this.#some(groups, 2),
        })),
      })),
    };
  }

  #grant(): object {
    const breakGlass = this.#chance(0.2);
    return {
      ...this.#maybe(0.15, () => ({ notBefore: this.#one(['2026-01-01T00:00:00Z', '2026-01-07T00:00:00Z']) })),
      ...this.#maybe(0.15, () => ({ until: this.#one(['2025-12-31', '2026-01-03', '2027-01-01']) })),
      ...this.#maybe(0.25, () => ({
        when: this.#some([0], 2).map(() => ({
          days: this.#some(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], 6, 3),
          from: this.#one(['00:00', '08:00', '22:00']),
          to: this.#one(['24:00', '18:30', '06:00']),
          zone: this.#one(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata']),
        })),
      })),
      ...(breakGlass || this.#chance(0.2)
        ? {
            approval: { ...this.#approval(), ...(breakGlass ? { approvers: 2, by: groups, maxSeconds: 3600 } : {}) },
            breakGlass,
          }
        : {}),
      subjects: { groups: this.#some(groups, 2, 0), people: this.#some(people, 1, 0) },
      targets: this.#selector(),
      logins: this.#some(logins, 2),
      operations: this.#some(operations, 4),
    };
  }

  /** An access: mostly one that rules have something to say about. */
  input(): DecisionInput {
    const name = this.#one(this.#chance(0.03) ? ['nobody'] : targets);
    const database = name.startsWith('db') !== this.#chance(0.03);
    const kind = this.#chance(0.06) ? 'recording.view' : this.#one(database ? statements : commands);
    const login = this.#one(logins);
    const region = (): string => this.#one(this.#chance(0.02) ? ['nowhere'] : regions);
    const home = region();
    const record = (): string => (this.#chance(0.9) ? home : region());
    return {
      version: 1,
      principal: {
        subject: this.#one(people),
        groups: this.#some(groups, 2, 0),
        identityProvider: 'i',
        multiFactor: false,
      },
      client: this.#chance(0.1)
        ? { country: 'CA', subdivision: this.#one(['CA-QC', 'CA-ON']), network: null }
        : { country: this.#chance(0.1) ? null : this.#one(countries), network: null },
      gateway: { region: this.#chance(0.8) ? home : region() },
      ...this.#maybe(0.1, () => ({ agent: { region: region() } })),
      target: {
        name,
        protocol: database ? 'postgres' : 'ssh',
        login,
        ...this.#maybe(0.2, () => ({
          evidence: {
            address: '192.0.2.1',
            region: this.#chance(0.5) ? null : region(),
            country: this.#chance(0.3) ? null : this.#one(countries),
            source: 's',
          },
        })),
      },
      record: {
        log: record(),
        recordings: record(),
        projections: record(),
        ...this.#maybe(0.3, () => ({ masking: record() })),
      },
      ...this.#maybe(0.8, () => this.#requests(login)),
      operation: {
        kind,
        text: kind === 'connect' || kind === 'recording.view' ? null : this.#one(texts),
        ...this.#maybe(kind === 'connect' ? 0 : 0.3, () => ({
          destinations: this.#some([0], 2, 0).map(() => ({
            host: 'h',
            via: 'v',
            region: this.#chance(0.4) ? null : region(),
            ...this.#maybe(0.4, () => ({ country: this.#one(countries) })),
          })),
          unproven: this.#some(['interpreter'], 1, 0),
        })),
        ...(database && kind !== 'connect'
          ? this.#maybe(0.9, () => ({ effects: this.#chance(0.15) ? null : this.#some(effects, 2, 0), relations: [] }))
          : {}),
        ...(kind.startsWith('ssh.forward')
          ? { destination: { host: 'h', port: 1, region: this.#chance(0.1) ? null : region() } }
          : {}),
      },
      time: new Date(Date.UTC(2026, 0, 1) + Math.floor(this.#next() * 14 * 24 * 4) * 900_000).toISOString(),
    } as DecisionInput;
  }
}

const regions = [
  'own:quebec',
  'aws:eu-central-1',
  'aws:us-east-1',
  'aws:eu-central-2',
  'gcp:asia-northeast1',
  'aws:eu-west-2',
];
const countries = ['DE', 'US', 'CH', 'JP', 'GB', 'NO'];
const places = [
  'CA-QC',
  'CA',
  'EU',
  'EEA',
  'DACH',
  'circle-a',
  'circle-b',
  'GDPR-free-flow',
  'DE',
  'US',
  'QQ',
  'aws:us-east-1',
  'nowhere',
];
const targets = ['db-1', 'db-2', 'host-1', 'host-2'];
const classes = ['personal', 'health', 'none'];
const teams = ['red', 'blue'];
const groups = ['dev', 'ops', 'audit'];
const people = ['alice', 'bob'];
const approvers = ['alice', 'bob', 'carol'];
const logins = ['app', 'root'];
const detectors = ['email', 'card', 'iban'];
const effects = ['read', 'write', 'schema', 'administration', 'export'];
const patterns = ['curl', '^select', 'x$', '.'];
const texts = ['', 'curl x', 'select 1', 'ls x', 'rsync a b'];
const commands = [
  'connect',
  'ssh.exec',
  'ssh.file-write',
  'ssh.line',
  'ssh.file-read',
  'ssh.forward-local',
  'ssh.forward-x11',
];
const statements = ['connect', 'postgres.query', 'postgres.execute', 'postgres.replication'];
const operations = [
  '*',
  'connect',
  'ssh.*',
  'ssh.exec',
  'ssh.forward-local',
  'postgres.*',
  'postgres.query',
  'postgres.replication',
  'postgres.read',
  'postgres.write',
  'postgres.export',
];
