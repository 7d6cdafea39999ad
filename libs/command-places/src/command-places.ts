import { destinationRegion, type CommandDestination, type World } from '@inland/residency';
import type { ShellReader } from '@inland/statements';
import ipaddr from 'ipaddr.js';

/** Where a text would send data, before anybody looked where that is. */
export interface TextLeads {
  readonly destinations: readonly {
    readonly host: string;
    /** What of the text leads there, such as `curl` or `dblink`. */
    readonly via: string;
    /** The region that the text itself states. */
    readonly region?: string;
  }[];
  /** Why the text does not prove where data would go. */
  readonly unproven: readonly string[];
  /** Lines of shell that it runs. */
  readonly programs: readonly string[];
}

/** What is known of where a command would send data. */
export interface CommandLeads {
  readonly destinations: readonly CommandDestination[];
  readonly unproven: readonly string[];
}

/** A command, with what was read of its SQL. */
export interface ReadCommand {
  readonly operation: string;
  readonly text: string;
  readonly sql?: TextLeads | undefined;
}

/** Where addresses are, as far as anything tells. */
export interface AddressPlaces {
  of(address: string): { readonly region: string | null; readonly country: string | null };
}

/** So many places of one text are looked up; a text with more does not prove where it leads. */
const destinationsMax = 100;
const shellOperations = new Set(['ssh.exec', 'ssh.line']);

/** Where the texts of commands would send data: what they name, and where the rules know that to be. */
export class CommandPlaces {
  readonly #shell: ShellReader;
  readonly #world: () => World;
  readonly #addresses: AddressPlaces;

  constructor(shell: ShellReader, world: () => World, addresses: AddressPlaces) {
    this.#shell = shell;
    this.#world = world;
    this.#addresses = addresses;
  }

  /** Undefined where nothing of the kind can be in the text. */
  leadsOf(target: string, { operation, text, sql }: ReadCommand): CommandLeads | undefined {
    if (shellOperations.has(operation)) return this.#placed(target, { ...this.#shell.read(text), programs: [] });
    return sql === undefined ? undefined : this.#placed(target, sql);
  }

  #placed(target: string, { destinations, unproven, programs }: TextLeads): CommandLeads {
    const lines = programs.map((program) => this.#shell.read(program));
    const all = [...destinations, ...lines.flatMap((line) => line.destinations)];
    const why = [...unproven, ...lines.flatMap((line) => line.unproven)];
    if (all.length > destinationsMax) why.push('too_long');
    return {
      destinations: all.slice(0, destinationsMax).map((one) => this.#place(target, one)),
      unproven: [...new Set(why)].sort(),
    };
  }

  /** What the rules say of a host counts first, then what the text itself states, then what its address tells. */
  #place(target: string, { host, via, region: stated }: TextLeads['destinations'][number]): CommandDestination {
    const region = destinationRegion(this.#world(), target, host) ?? stated ?? null;
    if (region !== null || !ipaddr.isValid(host)) return { host, via, region };
    const seen = this.#addresses.of(host);
    return { host, via, region: seen.region, ...(seen.country === null ? {} : { country: seen.country }) };
  }
}
