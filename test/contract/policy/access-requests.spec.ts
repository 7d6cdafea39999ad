import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryCoordination } from '@inland/coordination-memory';
import { systemClock } from '@inland/kernel';
import {
  ApprovalWebhooks,
  notifyWebhooks,
  RequestAccess,
  webhookSignature,
  isWebhookSigned,
  type WantedAccess,
} from '@inland/policy';
import { connecting, resource, source, startControlWorld, target, type ControlWorld } from './control-world.ts';

let world: ControlWorld;
let requests: RequestAccess;
const coordination = new MemoryCoordination();
const alice = { subject: 'alice', groups: ['developers'], roles: [] };
const olga = { subject: 'olga', groups: ['leads'], roles: [] };
const max = { subject: 'max', groups: ['leads'], roles: [] };
const wanted = (change: Partial<WantedAccess> = {}): WantedAccess => ({
  target: 'orders',
  login: 'app',
  operation: 'connect',
  reason: 'an incident',
  ticket: '',
  once: false,
  breakGlass: false,
  ...change,
});
const secrets = async (path: string): Promise<string> => (path === 'chat' ? 'whsec_c2VjcmV0IG9mIHRoZSBjaGF0' : '');
const subjects = { groups: ['developers'] };

beforeAll(async () => {
  world = await startControlWorld();
  requests = new RequestAccess({ log: world.log, view: world.view, source, clock: systemClock });
  await world.changes.change(
    {
      apply: [
        target,
        resource('ResidencyPolicy', 'p', { covers: {} }),
        resource('AccessGrant', 'asks', {
          subjects,
          targets: { names: ['orders'] },
          logins: ['app'],
          operations: ['*'],
          approval: { by: ['leads'], maxSeconds: 600 },
        }),
        resource('AccessGrant', 'glass', {
          subjects,
          targets: { names: ['orders'] },
          logins: ['app'],
          operations: ['*'],
          breakGlass: true,
          approval: { by: ['leads'], approvers: 2, maxSeconds: 600 },
        }),
      ],
    },
    { actor: 'olga', reason: '', dryRun: false },
  );
});
afterAll(() => world?.stop());

const decide = () => world.view.decide(connecting());
const codes = (): string[] => decide().reasons.map(({ code }) => code);

describe('a request', () => {
  it('opens what it is for when another approves it, and closes it when it is rejected', async () => {
    expect(codes()).toEqual(['approval_required', 'break_glass_required']);
    const { id, state, seconds } = await requests.request(wanted(), alice);
    expect([state, seconds]).toEqual(['pending', 600]);
    await expect(requests.approve(id, alice, 'api')).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(requests.approve(id, { subject: 'eve', groups: ['others'] }, 'api')).rejects.toThrow('leads');
    expect(await requests.approve(id, olga, 'api')).toMatchObject({ state: 'approved' });
    await expect(requests.approve(id, olga, 'api')).rejects.toMatchObject({ code: 'conflict' });
    expect(decide()).toMatchObject({ outcome: 'allowed', approvals: [id] });
    await requests.reject(id, alice, { reason: 'done', way: 'api' });
    expect(codes()).toEqual(['approval_required', 'break_glass_required']);
    await expect(requests.approve(id, max, 'api')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('for an emergency needs two, and is told as one', async () => {
    const { id } = await requests.request(wanted({ breakGlass: true }), alice);
    await requests.approve(id, olga, 'api');
    expect(codes()).toContain('break_glass_required');
    await requests.approve(id, max, 'api');
    expect(decide()).toMatchObject({ outcome: 'allowed', breakGlass: true, reasons: [{ rule: 'AccessGrant/glass' }] });
    await requests.reject(id, olga, { reason: 'over', way: 'api' });
  });

  it('is seen by who made it and who may approve it, and by nobody else', async () => {
    const { id } = await requests.request(wanted(), alice);
    const sees = (caller: { subject: string; groups: string[]; roles: string[] }): boolean =>
      requests.list(caller).some((request) => request.id === id);
    expect([sees(alice), sees(olga), sees({ subject: 'eve', groups: [], roles: [] })]).toEqual([true, true, false]);
    expect(sees({ subject: 'eve', groups: [], roles: ['auditor'] })).toBe(true);
    expect(() => requests.show(id, { subject: 'eve', groups: [], roles: [] })).toThrow('there is no request');
    await expect(
      requests.reject(id, { subject: 'eve', groups: [], roles: [] }, { reason: 'x', way: 'api' }),
    ).rejects.toMatchObject({ code: 'permission_denied' });
    await requests.reject(id, alice, { reason: 'withdrawn', way: 'api' });
  });

  it.each([
    ['for a target that there is not', { target: 'none' }, 'not_found'],
    ['for a login that it has not', { login: 'root' }, 'invalid_argument'],
    ['for longer than the rules allow', { seconds: 601 }, 'invalid_argument'],
    ['for an emergency that no grant is for', { breakGlass: true, operation: 'ssh.exec' }, 'invalid_argument'],
  ])('%s is refused', async (_, change, code) => {
    await expect(requests.request(wanted(change), alice)).rejects.toMatchObject({ code });
  });
});

describe('a webhook', () => {
  const message = (body: object, at = Date.now()) => ({
    id: `msg-${Math.random()}`,
    timestamp: String(Math.floor(at / 1000)),
    body: JSON.stringify(body),
  });
  const webhooks = (): ApprovalWebhooks =>
    new ApprovalWebhooks({
      requests,
      coordination,
      secrets,
      senders: [{ name: 'chat', secret: 'chat' }],
      clock: systemClock,
    });

  it('is signed as the specification says', () => {
    const given = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: '{"test": 2432232314}' };
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(webhookSignature(secret, given)).toBe(signature);
    expect(isWebhookSigned(secret, given, `v1,x ${signature}`, 1_614_265_330_000)).toBe(true);
    expect(isWebhookSigned(secret, given, signature, 1_614_265_330_000 + 301_000)).toBe(false);
    expect(isWebhookSigned('whsec_AAAA', given, signature, 1_614_265_330_000)).toBe(false);
  });

  it('approves for a person that is known, once, where it is signed', async () => {
    const { id } = await requests.request(wanted(), alice);
    const good = message({ request: id, decision: 'approve', approver: 'olga' });
    const signature = webhookSignature(await secrets('chat'), good);
    await expect(webhooks().take(good, 'v1,AAAA')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(webhooks().take({ ...good, body: good.body.replace('olga', 'max!') }, signature)).rejects.toThrow();
    const taken = await webhooks().take(good, signature);
    expect(taken).toMatchObject({ state: 'approved', approvals: [{ subject: 'olga', way: 'webhook:chat' }] });
    await expect(webhooks().take(good, signature)).rejects.toMatchObject({ code: 'conflict' });
    const own = message({ request: id, decision: 'approve', approver: 'alice' });
    await expect(webhooks().take(own, webhookSignature(await secrets('chat'), own))).rejects.toMatchObject({
      code: 'permission_denied',
    });
    const old = message({ request: id, decision: 'reject', approver: 'olga' }, Date.now() - 600_000);
    await expect(webhooks().take(old, webhookSignature(await secrets('chat'), old))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await requests.reject(id, olga, { reason: 'over', way: 'api' });
  });

  it('tells others of what is asked for and what becomes of it, signed', async () => {
    const heard: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
    let hear: () => void = () => undefined;
    const server = createServer((incoming, answer) => {
      let body = '';
      incoming.on('data', (chunk) => (body += String(chunk)));
      incoming.on('end', () => {
        heard.push({ headers: incoming.headers, body });
        answer.writeHead(heard.length === 1 ? 503 : 200).end(); // the first time it is tried again
        hear();
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const telling = await notifyWebhooks({
      log: world.log,
      coordination,
      requests,
      secrets,
      listeners: [{ name: 'chat', url, secret: 'chat' }],
      logger: { warn: () => undefined },
      from: world.view.nextOffset,
      folded: (offset) => world.view.waitFor(offset),
    });
    const heardOf = (count: number): Promise<void> =>
      new Promise((resolve) => {
        hear = () => {
          if (heard.length >= count) resolve();
        };
        hear();
      });
    try {
      const { id } = await requests.request(wanted({ reason: 'tell the others' }), alice);
      await heardOf(2);
      await requests.reject(id, olga, { reason: 'no', way: 'api' });
      await heardOf(3);
      const last = heard.at(-1);
      expect(JSON.parse(last?.body ?? '')).toMatchObject({ type: 'access.rejected', data: { id, state: 'rejected' } });
      const header = (name: string): string => String(last?.headers[name]);
      expect(
        isWebhookSigned(
          await secrets('chat'),
          { id: header('webhook-id'), timestamp: header('webhook-timestamp'), body: last?.body ?? '' },
          header('webhook-signature'),
          Date.now(),
        ),
      ).toBe(true);
    } finally {
      await telling?.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
