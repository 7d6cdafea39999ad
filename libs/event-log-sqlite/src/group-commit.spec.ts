import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { controlRecord, type EventRecord } from '@inland/events';
import { eventBytesMax } from '@inland/event-log';
import { Fault } from '@inland/kernel';
import { GroupCommit, type CommitCalls, type CommitRequest } from './group-commit.ts';
import { unpackRows } from './packed-rows.ts';

const control = 'inland.control.v1';
const session = 'inland.session.v1';
const about = { source: '/x', subject: 'a/b' };
const event = (): EventRecord => controlRecord('CredentialRevoked', { credentialId: 'c', actor: 'olga' }, about);
const events = (count: number): EventRecord[] => Array.from({ length: count }, event);
const big = (): EventRecord => ({ ...event(), data: new Uint8Array(890 * 1024) });

/** Commits nothing until it is told to. Places count up over all topics. */
class HeldCalls implements CommitCalls {
  readonly requests: CommitRequest[] = [];
  readonly #answers: { resolve(places: readonly Float64Array[]): void; reject(fault: Fault): void }[] = [];
  #place = 0;

  call(request: CommitRequest): Promise<readonly Float64Array[]> {
    this.requests.push(request);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  succeed(): void {
    const request = this.requests[this.requests.length - this.#answers.length];
    const places = (request?.batches ?? []).map(({ packed }) =>
      Float64Array.from([...unpackRows(packed)], () => ++this.#place),
    );
    this.#answers.shift()?.resolve(places);
  }

  fail(): void {
    this.#answers.shift()?.reject(new Fault('log_unavailable', 'full'));
  }
}

function start(): { calls: HeldCalls; commits: GroupCommit; woken: string[] } {
  const calls = new HeldCalls();
  const woken: string[] = [];
  return { calls, commits: new GroupCommit(calls, (topics) => woken.push(...topics)), woken };
}

const idsOf = ({ batches }: CommitRequest): string[][] =>
  batches.map(({ packed }) => [...unpackRows(packed)].map(({ id }) => Buffer.from(id).toString()));

describe('GroupCommit', () => {
  it('puts all that is appended in one turn into one commit, each topic in its order', async () => {
    const { calls, commits, woken } = start();
    const [one, two, three, four] = [event(), event(), event(), event()];
    const places = Promise.all([
      commits.append(control, [one, two]),
      commits.append(session, [three]),
      commits.append(control, [four]),
    ]);
    await turn();
    expect(calls.requests.map(idsOf)).toEqual([[[one.id, two.id, four.id], [three.id]]]);
    calls.succeed();
    expect((await places).map(({ offset }) => offset)).toEqual([2, 4, 3]);
    expect(woken).toEqual([control, session]);
  });

  it('collects while a commit is under way', async () => {
    const { calls, commits } = start();
    const first = commits.append(control, [event()]);
    await turn();
    const later = [commits.append(control, [event()]), commits.append(control, [event()])];
    await turn();
    expect(calls.requests).toHaveLength(1);
    calls.succeed();
    await first;
    await turn();
    expect(calls.requests.map((request) => idsOf(request).flat().length)).toEqual([1, 2]);
    calls.succeed();
    await Promise.all(later);
  });

  it('has a second commit lie ready when much waits, and no third', async () => {
    const { calls, commits } = start();
    const appended = events(100).map((each) => commits.append(control, [each]));
    await turn();
    expect(calls.requests.map((request) => idsOf(request).flat().length)).toEqual([50, 50]);
    appended.push(...events(100).map((each) => commits.append(control, [each])));
    await turn();
    expect(calls.requests).toHaveLength(2);
    for (let count = 0; count < 4; count += 1) {
      calls.succeed();
      await turn();
      await turn();
    }
    expect((await Promise.all(appended)).map(({ offset }) => offset)).toEqual(appended.map((_, index) => index + 1));
  });

  it('refuses with a commit that fails all that was appended after it, and tries what comes then', async () => {
    const { calls, commits } = start();
    const settled = Promise.allSettled(events(100).map((each) => commits.append(control, [each])));
    await turn();
    const queued = commits.append(control, [event()]);
    calls.fail();
    await expect(queued).rejects.toMatchObject({ code: 'log_unavailable' });
    const again = commits.append(control, [event()]);
    calls.fail(); // the second of the same run
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
    await turn();
    expect(calls.requests.map(({ run }) => run)).toEqual([1, 1, 2]);
    calls.succeed();
    await expect(again).resolves.toEqual({ partition: 0, offset: 1 });
  });

  it('takes no event over the limit, and none at all', async () => {
    const { calls, commits } = start();
    const over = { ...event(), data: new Uint8Array(eventBytesMax) };
    await expect(commits.append(control, [over])).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(commits.append(control, [])).rejects.toMatchObject({ code: 'invalid_argument' });
    await turn();
    expect(calls.requests).toEqual([]);
  });

  it('refuses more than 64 MiB that wait, and takes it when that is committed', async () => {
    const { calls, commits } = start();
    const taken = Array.from({ length: 73 }, () => commits.append(control, [big()]));
    await expect(commits.append(control, [big()])).rejects.toMatchObject({ code: 'resource_exhausted' });
    await turn();
    calls.succeed();
    await taken[0];
    taken.push(commits.append(control, [big()]));
    while (calls.requests.flatMap(idsOf).flat().length < taken.length) {
      calls.succeed();
      await turn();
    }
    calls.succeed();
    calls.succeed();
    await Promise.all(taken);
  });
});
