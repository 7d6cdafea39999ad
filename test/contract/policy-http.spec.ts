import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiClient } from '@inland/api-client';
import { authConfigSchema, authService } from '@inland/auth';
import { ControlView } from '@inland/control-view';
import type { Coordination } from '@inland/coordination';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { policyConfigSchema, policyService } from '@inland/policy';
import type { DecisionResult, Resource, ResourceChange } from '@inland/residency';
import { ClientPlaces } from '@inland/residency';
import { ApiGuard, ProblemFilter, type ServiceContext } from '@inland/service-host';
import { newSshKeyPair } from '@inland/ssh-keys';

class Root {}

const region = 'aws:eu-central-1';
const target = {
  apiVersion: 'inland/v1',
  kind: 'Target',
  metadata: { name: 'box' },
  spec: { protocol: 'ssh', address: 'h:1', region, dataClasses: ['none'], logins: [{ name: 'a', secret: 'b' }] },
};
const grant = (name: string, group: string): object => ({
  apiVersion: 'inland/v1',
  kind: 'AccessGrant',
  metadata: { name },
  spec: { subjects: { groups: [group] }, targets: { names: ['box'] }, logins: ['a'], operations: ['*'] },
});

let folder: string;
let log: SqliteEventLog;
let view: ControlView;
let app: INestApplication;
let alice: ApiClient;
let olga: ApiClient;
let api: string;
const errors: unknown[] = [];

function coordination(): Coordination {
  const values = new Map<string, string>();
  return {
    putOnce: async (key: string, value: string) => values.set(key, value).size > 0,
    takeOnce: async (key: string) => {
      const value = values.get(key);
      values.delete(key);
      return value;
    },
    count: async () => 1,
  } as unknown as Coordination;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inland-http-'));
  log = await SqliteEventLog.open({ folder: join(folder, 'log') });
  view = await ControlView.open({ log });
  const context = {
    log,
    region,
    replica: 'test',
    home: folder,
    view: async () => view,
    coordination: coordination(),
    places: new ClientPlaces([]),
    addresses: { of: () => ({ region: null, country: null, source: '' }) },
    storeRegions: { log: region, recordings: region, projections: region },
  };
  const people = [
    { subject: 'alice', groups: ['developers'], sshKeys: [keyOf('alice')] },
    { subject: 'olga', groups: ['platform'], sshKeys: [keyOf('olga')] },
  ];
  const parts = [
    await authService.create(context as unknown as ServiceContext, authConfigSchema.parse({ people })),
    await policyService.create(context as unknown as ServiceContext, policyConfigSchema.parse({})),
  ];
  app = await NestFactory.create(
    { module: Root, imports: parts.flatMap(({ modules }) => [...modules]) },
    { logger: false },
  );
  app.useGlobalGuards(new ApiGuard(view, { administrators: ['platform'], auditors: [] }));
  app.useGlobalFilters(new ProblemFilter({ error: (line: unknown) => errors.push(line) } as never));
  await app.listen(0, '127.0.0.1');
  api = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  alice = new ApiClient({ api, identityFile: join(folder, 'alice') });
  olga = new ApiClient({ api, identityFile: join(folder, 'olga') });
  for (const part of parts) expect(await part.ready()).toEqual({ ok: true });
});
afterAll(async () => {
  await app?.close();
  await view?.close();
  await log?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Makes a key pair; gives the public half. */
function keyOf(subject: string): string {
  const pair = newSshKeyPair();
  writeFileSync(join(folder, subject), pair.private, { mode: 0o600 });
  return pair.public;
}

describe('over HTTP', () => {
  it('a key gives a token, and the token says who calls', async () => {
    expect(await alice.login()).toMatchObject({
      subject: 'alice',
      token: expect.any(String),
      expiresAt: expect.any(String),
    });
    const { resources } = await alice.get<{ resources: Resource[] }>('/api/v1/resources?kind=Region');
    expect(resources.map(({ metadata }) => metadata.name)).toContain(region);
  });
  it('administrators apply, look at differences and delete; others explain and see their own grants', async () => {
    const body = { resources: [target, grant('developers', 'developers'), grant('platform', 'platform')] };
    expect(await olga.post('/api/v1/resources/apply', { ...body, dryRun: true })).toMatchObject({
      changes: [{ name: 'box', change: 'created', before: null }, { change: 'created' }, { change: 'created' }],
    });
    const { changes } = await olga.post<{ changes: ResourceChange[] }>('/api/v1/resources/apply', body);
    expect(changes.map(({ change }) => change)).toEqual(['created', 'created', 'created']);
    const explained = await alice.post<DecisionResult>('/api/v1/explain', { target: 'box', login: 'a' });
    expect(explained).toMatchObject({ outcome: 'denied', reasons: [{ code: 'residency_uncovered' }] });
    const { resources } = await alice.get<{ resources: Resource[] }>('/api/v1/resources?kind=AccessGrant');
    expect(resources.map(({ metadata }) => metadata.name)).toEqual(['developers']);
    await olga.delete('/api/v1/resources/Target/box');
    await olga
      .get<{ resources: Resource[] }>('/api/v1/resources?kind=Target')
      .then((left) => expect(left.resources).toEqual([]));
  });
  it.each([
    ['permission_denied', () => alice.post('/api/v1/resources/apply', { resources: [target] })],
    ['permission_denied', () => alice.delete('/api/v1/resources/Region/aws:eu-central-1')],
    ['permission_denied', () => alice.post('/api/v1/explain', { target: 'box', login: 'a', as: 'olga' })],
    ['permission_denied', () => alice.post('/api/v1/auth/reload', {})],
    ['permission_denied', () => alice.get('/api/v1/policy/history')],
    ['permission_denied', () => alice.post('/api/v1/policy/rollback', { version: 1, reason: 'x' })],
    ['not_found', () => alice.post('/api/v1/requests/r-0000000000/approve', {})],
    ['not_found', () => alice.post('/api/v1/requests', { target: 'nothing', login: 'a', reason: 'x' })],
    ['invalid_argument', () => alice.post('/api/v1/requests', { target: 'box', login: 'a', reason: ' ' })],
    ['permission_denied', () => alice.delete('/api/v1/auth/credentials/x')],
    ['invalid_argument', () => alice.post('/api/v1/explain', { login: 'a' })],
    ['invalid_argument', () => alice.post('/api/v1/auth/database-tokens', { target: 1 })],
    ['invalid_argument', () => olga.post('/api/v1/resources/apply', { resources: [] })],
    ['invalid_argument', () => olga.post('/api/v1/resources/apply', { resources: [{ kind: 'Target' }] })],
    ['invalid_argument', () => olga.delete('/api/v1/auth/credentials/x')],
    ['not_found', () => olga.delete('/api/v1/resources/Target/nothing')],
    ['not_found', () => alice.get('/api/v1/schemas/Tarmac')],
  ])('what cannot be done is said as %s (%#)', async (code, call) => {
    await expect(call()).rejects.toMatchObject({ code, message: expect.stringMatching(/.{10}/) });
  });
  it('without a token only signing in is open', async () => {
    for (const [method, path] of [
      ['GET', 'resources'],
      ['POST', 'resources/apply'],
      ['POST', 'explain'],
      ['GET', 'schemas/Target'],
      ['GET', 'requests'],
      ['POST', 'requests'],
      ['POST', 'requests/r-0000000000/approve'],
      ['GET', 'policy/history'],
      ['POST', 'policy/rollback'],
      ['POST', 'policy/what-if'],
      ['POST', 'explain/recorded'],
      ['POST', 'webhooks/approvals'], // not signed
      ['POST', 'auth/database-tokens'],
      ['POST', 'auth/reload'],
      ['DELETE', 'auth/credentials/x'],
      ['DELETE', 'resources/Target/x'],
    ] as const)
      expect([path, (await fetch(`${api}/api/v1/${path}`, { method })).status]).toEqual([path, 401]);
    const challenge = 'A'.repeat(43);
    const body = JSON.stringify({ publicKey: 'ssh-ed25519 AAAA', challenge, signature: 'AAAA' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${api}/api/v1/auth/tokens`, { method: 'POST', headers, body })).status).toBe(401);
    expect((await fetch(`${api}/api/v1/auth/challenges`, { method: 'POST' })).status).toBe(200);
  });
  it('a revoked token opens nothing', async () => {
    const { token } = await alice.login();
    const id = (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti;
    await olga.delete(`/api/v1/auth/credentials/${id}`);
    await alice.get('/api/v1/schemas/Target'); // asks for a new one by itself
    expect((await alice.login()).token).not.toBe(token);
  });
  it('database tokens are given for who asks', async () => {
    expect(await alice.post('/api/v1/auth/database-tokens', { target: 'box' })).toMatchObject({
      token: expect.any(String),
    });
    expect(await olga.post('/api/v1/auth/reload', {})).toEqual({ recorded: 0, removed: 0 });
  });
  it('nothing of this was a fault of the service', () => {
    expect(errors).toEqual([]);
  });
});
