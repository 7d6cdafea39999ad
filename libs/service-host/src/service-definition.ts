import type { DynamicModule } from '@nestjs/common';
import type { CustomStrategy } from '@nestjs/microservices';
import type { ControlView } from '@inland/control-view';
import type { AddressEvidence } from '@inland/place-evidence';
import type { ClientPlaces } from '@inland/residency';
import type { Coordination } from '@inland/coordination';
import type { EventLog } from '@inland/event-log';
import type { ProjectionStore } from '@inland/projection-store';
import type { RecordingStore } from '@inland/recording-store';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { z } from 'zod';
import type { StoreRegions } from './open-stores.ts';

export interface Health {
  readonly ok: boolean;
  readonly reason?: string;
}

/** What a service is given. Stores are opened when they are first asked for, once in the process. */
export interface ServiceContext {
  readonly region: string;
  /** The regions in which log, recordings and projections keep the record. */
  readonly storeRegions: StoreRegions;
  /** Where clients are: by the networks that the operator vouches for, else by the country database. */
  readonly places: ClientPlaces;
  /** Where addresses are, as public data tells. */
  readonly addresses: AddressEvidence;
  /** Names this process; new at each start. */
  readonly replica: string;
  /** The folder for what a service keeps on this machine: keys, spools. Absolute. */
  readonly home: string;
  readonly log: EventLog;
  readonly coordination: Coordination;
  view(): Promise<ControlView>;
  projections(): Promise<ProjectionStore>;
  recordings(): Promise<RecordingStore>;
  /** Reads a secret at the moment of use. Faults with `not_found` when it is not there. */
  secrets(path: string): Promise<string>;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** What a service puts into the process: Nest modules, transports, and how it is and ends. */
export interface ServiceParts {
  readonly modules: readonly DynamicModule[];
  readonly transports?: readonly CustomStrategy[];
  ready(): Promise<Health>;
  /** Called when every service is made and the API answers: listeners open here. */
  start?(): Promise<void>;
  /** Where clients come in beside the API, by protocol, such as `{ ssh: '127.0.0.1:7422' }`; known once started. */
  addresses?(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A service, ready to be composed: alone in its process, or with all others in one. */
export interface ServiceDefinition<Config = unknown> {
  readonly name: string;
  /** Its section of `services` in inland.yaml. */
  readonly configSchema: z.ZodType<Config>;
  create(context: ServiceContext, config: Config): Promise<ServiceParts>;
}
