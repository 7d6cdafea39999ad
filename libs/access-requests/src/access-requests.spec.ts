import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { controlEvents, type ControlEvent, type ControlEventName } from '@inland/events';
import {
  emptyAccessRequests,
  evolveAccessRequests,
  newRequestId,
  requestIdPattern,
  requestState,
  requestUntil,
  statedRequests,
  type AccessRequests,
} from './index.ts';

const event = (name: ControlEventName, data: object): ControlEvent =>
  ({ name, data: create(controlEvents[name], data as never) }) as unknown as ControlEvent;
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 24, 12, minute)).toISOString();
const asked = { request: 'r-1', subject: 'alice', target: 'db', login: 'app', operation: 'connect', seconds: 600 };
const fold = (...events: readonly (readonly [ControlEventName, object, number])[]): AccessRequests =>
  events.reduce<AccessRequests>(
    (requests, [name, data, minute]) => evolveAccessRequests(requests, event(name, data), at(minute)),
    emptyAccessRequests,
  );
const approved = { request: 'r-1', approver: 'olga', approverGroups: ['leads'], way: 'api' };
const alices = { subject: 'alice', target: 'db' };
const stateAt = (requests: AccessRequests, minute: number): string | undefined => {
  const request = requests.get('r-1');
  return request && requestState(request, new Date(at(minute)));
};

describe('a request', () => {
  it('is pending for a day, approved for as long as it asked, and then over', () => {
    const pending = fold(['AccessRequested', asked, 0]);
    expect([stateAt(pending, 5), stateAt(pending, 24 * 60 - 1), stateAt(pending, 24 * 60)]).toEqual([
      'pending',
      'pending',
      'expired',
    ]);
    const open = fold(['AccessRequested', asked, 0], ['AccessApproved', approved, 30]);
    expect([stateAt(open, 39), stateAt(open, 40)]).toEqual(['approved', 'expired']);
    expect(requestUntil(open.get('r-1') as never)).toBe(at(40));
    const ended = fold(['AccessRequested', asked, 0], ['AccessRejected', { request: 'r-1', actor: 'alice' }, 1]);
    expect(stateAt(ended, 2)).toBe('rejected');
  });

  it('goes into decisions about its person and target, and about no other', () => {
    const open = fold(['AccessRequested', asked, 0], ['AccessApproved', approved, 30]);
    expect(statedRequests(open, alices)).toMatchObject([
      { id: 'r-1', until: at(40), approvers: [{ subject: 'olga', groups: ['leads'] }] },
    ]);
    expect(statedRequests(open, alices)).toBe(statedRequests(open, alices)); // what is decided with it can be kept
    expect(statedRequests(open, { ...alices, subject: 'bob' })).toBeUndefined();
    expect(statedRequests(open, { ...alices, target: 'other' })).toBeUndefined();
    expect(statedRequests(emptyAccessRequests, alices)).toBeUndefined();
  });

  it('for one session is for that session alone', () => {
    const used = fold(
      ['AccessRequested', { ...asked, once: true }, 0],
      ['AccessApproved', approved, 1],
      ['ApprovalUsed', { request: 'r-1', session: 's-1' }, 2],
    );
    expect(stateAt(used, 3)).toBe('used');
    expect(statedRequests(used, alices)).toBeUndefined();
    expect(statedRequests(used, { ...alices, session: 's-2' })).toBeUndefined();
    expect(statedRequests(used, { ...alices, session: 's-1' })).toHaveLength(1);
  });

  it('is forgotten a month after it is over', () => {
    const later = (days: number) =>
      fold(['AccessRequested', asked, 0], ['AccessRequested', { ...asked, request: 'r-2' }, days * 1440]);
    expect([...later(30).keys()]).toEqual(['r-1', 'r-2']);
    expect([...later(32).keys()]).toEqual(['r-2']);
  });

  it('that is not there changes nothing', () => {
    expect(fold(['AccessApproved', approved, 0], ['ApprovalUsed', { request: 'x' }, 1]).size).toBe(0);
  });

  it('has an id that can be read out', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newRequestId())).size).toBe(1_000);
    expect(newRequestId('c')).toMatch(requestIdPattern);
  });
});
