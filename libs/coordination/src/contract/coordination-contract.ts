import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keyCharactersMax, valueCharactersMax } from '../check-entry.ts';
import type { Coordination } from '../coordination.ts';

/** What an adapter shows to be held to the contract. */
export interface CoordinationUnderTest {
  readonly coordination: Coordination;
  /** The same state, as another replica sees it; where there is only one process, the same object. */
  readonly other: Coordination;
  /** Brings everything that was given a time to its end. What has none stays. */
  lapse(): Promise<void>;
  /** Closes and removes. */
  dispose(): Promise<void>;
}

const long = 60_000;

/** Collects messages, and tells when there are enough. */
class Heard {
  readonly messages: string[] = [];
  #wanted: { readonly count: number; readonly done: () => void } | undefined;

  readonly listener = (message: string): void => {
    this.messages.push(message);
    if (this.#wanted !== undefined && this.messages.length >= this.#wanted.count) this.#wanted.done();
  };

  until(count: number): Promise<void> {
    if (this.messages.length >= count) return Promise.resolve();
    return new Promise((done) => (this.#wanted = { count, done }));
  }
}

/** The contract of {@link Coordination}: every adapter runs it. */
export function coordinationContract(name: string, open: () => Promise<CoordinationUnderTest>): void {
  describe(`${name} keeps the contract of coordination`, () => {
    let subject: CoordinationUnderTest;
    let one: Coordination;
    let other: Coordination;
    beforeEach(async () => {
      subject = await open();
      one = subject.coordination;
      other = subject.other;
    });
    afterEach(() => subject.dispose());

    describe('a lease', () => {
      it('has one holder, whom everyone sees and who may renew it', async () => {
        expect(await one.leaseHolder('replica:1')).toBeUndefined();
        expect(await one.renewLease('replica:1', 'a', long)).toBe(true);
        expect(await other.renewLease('replica:1', 'b', long)).toBe(false);
        expect(await one.renewLease('replica:1', 'a', long)).toBe(true);
        expect(await other.leaseHolder('replica:1')).toBe('a');
        expect(await other.leaseHolder('replica:2')).toBeUndefined();
      });

      it('is won by one, however many ask at once', async () => {
        const holders = Array.from({ length: 50 }, (_, index) => `h${index}`);
        const won = await Promise.all(
          holders.map((holder, index) => (index % 2 === 0 ? one : other).renewLease('leader', holder, long)),
        );
        const winners = holders.filter((_, index) => won[index]);
        expect(winners).toHaveLength(1);
        expect(await one.leaseHolder('leader')).toBe(winners[0]);
      });

      it('lapses, and is then anyone’s', async () => {
        await one.renewLease('replica:1', 'a', long);
        await one.renewLease('replica:1', 'a', long);
        await subject.lapse();
        expect(await one.leaseHolder('replica:1')).toBeUndefined();
        expect(await other.renewLease('replica:1', 'b', long)).toBe(true);
        expect(await one.renewLease('replica:1', 'a', long)).toBe(false);
      });

      it('is released by its holder only', async () => {
        await one.renewLease('replica:1', 'a', long);
        await other.releaseLease('replica:1', 'b');
        expect(await one.leaseHolder('replica:1')).toBe('a');
        await other.releaseLease('replica:1', 'a');
        expect(await one.leaseHolder('replica:1')).toBeUndefined();
        await expect(one.releaseLease('replica:1', 'a')).resolves.toBeUndefined();
      });
    });

    describe('a one-time value', () => {
      it('is kept once and given once', async () => {
        expect(await one.takeOnce('challenge:1')).toBeUndefined();
        expect(await one.putOnce('challenge:1', 'x ä ', long)).toBe(true);
        expect(await other.putOnce('challenge:1', 'y', long)).toBe(false);
        expect(await other.takeOnce('challenge:1')).toBe('x ä ');
        expect(await one.takeOnce('challenge:1')).toBeUndefined();
        expect(await one.putOnce('challenge:1', 'z', long)).toBe(true);
      });

      it('may be empty', async () => {
        expect(await one.putOnce('challenge:1', '', long)).toBe(true);
        expect(await one.putOnce('challenge:1', 'x', long)).toBe(false);
        expect(await one.takeOnce('challenge:1')).toBe('');
      });

      it('goes to one, however many ask at once', async () => {
        await one.putOnce('challenge:1', 'x', long);
        const taken = await Promise.all(
          Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : other).takeOnce('challenge:1')),
        );
        expect(taken.filter((value) => value !== undefined)).toEqual(['x']);
      });

      it('is gone after its time', async () => {
        await one.putOnce('challenge:1', 'x', long);
        await subject.lapse();
        expect(await one.takeOnce('challenge:1')).toBeUndefined();
        await one.putOnce('challenge:2', 'x', long);
        await subject.lapse();
        expect(await one.putOnce('challenge:2', 'y', long)).toBe(true);
      });
    });

    describe('a count', () => {
      it('misses nothing, however many count at once', async () => {
        const counts = await Promise.all(
          Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : other).count('rate:a', long)),
        );
        expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
        expect(await one.count('rate:b', long)).toBe(1);
      });

      it('starts again after its window', async () => {
        await one.count('rate:a', long);
        await one.count('rate:a', long);
        await subject.lapse();
        expect(await other.count('rate:a', long)).toBe(1);
        expect(await one.count('rate:a', long)).toBe(2);
      });
    });

    it('keeps leases, one-time values and counts of one name apart', async () => {
      await one.renewLease('k', 'holder', long);
      expect(await one.putOnce('k', 'value', long)).toBe(true);
      expect(await one.count('k', long)).toBe(1);
      expect(await one.leaseHolder('k')).toBe('holder');
      expect(await one.takeOnce('k')).toBe('value');
      expect(await one.count('k', long)).toBe(2);
    });

    describe('a message', () => {
      it('reaches every subscriber of its channel once, in order, and nobody else', async () => {
        const [mine, theirs, elsewhere] = [new Heard(), new Heard(), new Heard()];
        await one.subscribe('kill', mine.listener);
        await other.subscribe('kill', theirs.listener);
        await other.subscribe('kill:2', elsewhere.listener);
        const sent = Array.from({ length: 20 }, (_, index) => `ä${index}`);
        for (const message of sent) await one.publish('kill', message);
        await one.publish('kill:2', 'end');
        await Promise.all([mine.until(20), theirs.until(20), elsewhere.until(1)]);
        expect([mine.messages, theirs.messages, elsewhere.messages]).toEqual([sent, sent, ['end']]);
      });

      it('reaches nobody who has left, and still the others', async () => {
        const heard = new Heard();
        const leave = await one.subscribe('kill', heard.listener);
        const leaveToo = await one.subscribe('kill', heard.listener);
        await other.publish('kill', '1');
        await heard.until(2);
        await leave();
        await leave();
        await other.publish('kill', '2');
        await heard.until(3);
        await leaveToo();
        const last = new Heard();
        await one.subscribe('kill', last.listener);
        await other.publish('kill', '3');
        await last.until(1);
        expect(heard.messages).toEqual(['1', '1', '2']);
      });

      it('is not what was published before', async () => {
        const heard = new Heard();
        await one.publish('kill', 'early');
        await one.subscribe('kill', heard.listener);
        await one.publish('kill', 'late');
        await heard.until(1);
        expect(heard.messages).toEqual(['late']);
      });

      it('reaches the others when one listener fails', async () => {
        const heard = new Heard();
        await one.subscribe('kill', () => {
          throw new Error('wrong');
        });
        await one.subscribe('kill', heard.listener);
        await one.publish('kill', '1');
        await heard.until(1);
        await one.publish('kill', '2');
        await heard.until(2);
        expect(heard.messages).toEqual(['1', '2']);
      });

      it('may be published where nobody listens', async () => {
        await expect(one.publish('nobody', 'x')).resolves.toBeUndefined();
      });
    });

    it('takes keys, values and times within their limits only', async () => {
      const wrong = { code: 'invalid_argument' };
      for (const key of ['', 'k'.repeat(keyCharactersMax + 1)]) {
        await expect(one.renewLease(key, 'a', long)).rejects.toMatchObject(wrong);
        await expect(one.putOnce(key, 'a', long)).rejects.toMatchObject(wrong);
        await expect(one.count(key, long)).rejects.toMatchObject(wrong);
        await expect(one.publish(key, 'a')).rejects.toMatchObject(wrong);
        await expect(one.subscribe(key, () => undefined)).rejects.toMatchObject(wrong);
      }
      for (const millis of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(one.renewLease('k', 'a', millis)).rejects.toMatchObject(wrong);
        await expect(one.putOnce('k', 'a', millis)).rejects.toMatchObject(wrong);
        await expect(one.count('k', millis)).rejects.toMatchObject(wrong);
      }
      const tooLong = 'v'.repeat(valueCharactersMax + 1);
      await expect(one.putOnce('k', tooLong, long)).rejects.toMatchObject({ code: 'resource_exhausted' });
      await expect(one.publish('k', tooLong)).rejects.toMatchObject({ code: 'resource_exhausted' });
      expect(await one.putOnce('k'.repeat(keyCharactersMax), tooLong.slice(1), long)).toBe(true);
    });

    it('is well while it is open, and says clearly when it is closed', async () => {
      expect(await one.health()).toEqual({ ok: true });
      await one.close();
      await one.close();
      expect(await one.health()).toMatchObject({ ok: false, reason: expect.stringContaining('closed') });
      const closed = { code: 'unavailable', message: expect.stringContaining('closed') };
      await expect(one.leaseHolder('k')).rejects.toMatchObject(closed);
      await expect(one.takeOnce('k')).rejects.toMatchObject(closed);
      await expect(one.publish('k', 'x')).rejects.toMatchObject(closed);
      await expect(one.subscribe('k', () => undefined)).rejects.toMatchObject(closed);
    });
  });
}
