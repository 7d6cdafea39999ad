import type { ConfiguredPerson } from './auth-config.ts';
import { peopleOf, principalsOf } from './people.ts';
import { recordPeople, type PeopleRecord } from './record-people.ts';

export interface PeopleSource {
  readonly people: readonly ConfiguredPerson[];
  readonly peopleFile?: string | undefined;
  readonly userAuthorities?: readonly string[];
}

/** The people of the configuration, and of its file as it is now; one reading after the other. */
export class ConfiguredPeople {
  readonly #source: PeopleSource;
  readonly #into: PeopleRecord;
  #last: Promise<unknown> = Promise.resolve();

  constructor(source: PeopleSource, into: PeopleRecord) {
    this.#source = source;
    this.#into = into;
  }

  /** Records what changed. Rejects with `misconfigured`, and then changes nothing. */
  record(): Promise<{ readonly recorded: number; readonly removed: number }> {
    const { people, peopleFile, userAuthorities } = this.#source;
    const turn = this.#last.then(async () => {
      const all = peopleFile === undefined ? people : [...people, ...peopleOf(peopleFile)];
      return recordPeople(this.#into, principalsOf(all, userAuthorities));
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
