import { createParkedEvents } from '@inland/service-host';
import type { Projection } from '@inland/projection-store';

/** Sessions, commands and decisions, for searching and showing. */
export const auditProjection: Projection = {
  name: 'audit',
  version: 5,
  create: async (tx) => {
    await createParkedEvents(tx);
    await tx.query(`CREATE TABLE session (
      id text PRIMARY KEY, subject text NOT NULL, groups text[] NOT NULL, protocol text NOT NULL, target text NOT NULL,
      login text NOT NULL, client_address text NOT NULL, gateway_region text NOT NULL, target_region text NOT NULL DEFAULT '',
      client_country text NOT NULL DEFAULT '',
      outcome text NOT NULL DEFAULT '', reason_code text NOT NULL DEFAULT '', rule text NOT NULL DEFAULT '',
      reason_message text NOT NULL DEFAULT '', started timestamptz NOT NULL, ended timestamptz,
      ending text NOT NULL DEFAULT '', end_reason text NOT NULL DEFAULT '', commands integer NOT NULL DEFAULT 0,
      masked_values bigint NOT NULL DEFAULT 0, recording_digest text, partition integer NOT NULL,
      first_offset bigint NOT NULL, last_offset bigint)`);
    await tx.query('CREATE INDEX session_by_time ON session (started DESC, id DESC)');
    await tx.query('CREATE INDEX session_by_subject ON session (subject, started DESC, id DESC)');
    await tx.query('CREATE INDEX session_by_target ON session (target, started DESC, id DESC)');
    await tx.query(`CREATE TABLE command (
      session text NOT NULL, number integer NOT NULL, operation text NOT NULL, text text NOT NULL,
      outcome text NOT NULL DEFAULT '', reason_code text NOT NULL DEFAULT '', rule text NOT NULL DEFAULT '',
      exit_status integer, status text NOT NULL DEFAULT '', rows bigint NOT NULL DEFAULT 0,
      submitted timestamptz NOT NULL, completed timestamptz, observed boolean NOT NULL, details jsonb NOT NULL,
      PRIMARY KEY (session, number))`);
    await tx.query(`CREATE TABLE decision (
      session text NOT NULL, command integer NOT NULL, outcome text NOT NULL, reasons jsonb NOT NULL,
      obligations jsonb NOT NULL, bundle_digest text NOT NULL, control_offset bigint NOT NULL, data_digest text NOT NULL,
      input_json text NOT NULL, input_withheld boolean NOT NULL, basis jsonb NOT NULL, PRIMARY KEY (session, command))`);
  },
};
