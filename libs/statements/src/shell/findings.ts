import { isKnown } from './marks.ts';
import { hostName, regionOfHost } from './host-names.ts';
import type { ShellDestination, ShellLine, UnprovenReason } from './shell-line.ts';

const listMax = 1_000;

/** Gathers what is found out about a line. */
export class Findings {
  readonly #destinations = new Map<string, ShellDestination>();
  readonly #unproven = new Set<UnprovenReason>();
  readonly #commands: string[] = [];

  command(name: string): void {
    if (this.#commands.length < listMax) this.#commands.push(name);
  }

  unproven(reason: UnprovenReason): void {
    this.#unproven.add(reason);
  }

  /** A host as it is written. What is not known of it, or cannot be a host, is no destination but a reason. */
  host(written: string, via: string, { port, region }: { port?: string | number; region?: string } = {}): void {
    const host = isKnown(written) ? hostName(written) : undefined;
    if (host === undefined) return this.unproven('destination_from_data');
    const number = port === undefined || port === '' ? undefined : Number(port);
    const stated = region ?? regionOfHost(host);
    this.#add({
      host,
      via,
      kind: 'host',
      ...(stated === undefined ? {} : { region: stated }),
      ...(number === undefined || !Number.isInteger(number) ? {} : { port: number }),
    });
  }

  /** A bucket or a context, `s3://name`. */
  named(host: string, via: string, kind: 'bucket' | 'context', region?: string): void {
    if (!isKnown(host) || /:\/\/$|\s/.test(host)) return this.unproven('destination_from_data');
    this.#add({ host: host.toLowerCase(), via, kind, ...(region === undefined ? {} : { region }) });
  }

  result(): ShellLine {
    const order = (one: ShellDestination, other: ShellDestination) =>
      one.host < other.host ? -1 : one.host > other.host ? 1 : 0;
    return {
      destinations: [...this.#destinations.values()].sort(order),
      unproven: [...this.#unproven].sort(),
      commands: this.#commands,
    };
  }

  /** Of what leads to one host, the first stands; a region or a port that another states is not lost. */
  #add(destination: ShellDestination): void {
    const known = this.#destinations.get(destination.host);
    if (known === undefined && this.#destinations.size >= listMax) return this.unproven('too_long');
    this.#destinations.set(destination.host, { ...destination, ...known });
  }
}
