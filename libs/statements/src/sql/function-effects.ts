import type { Effect } from './sql-text.ts';

const outward: readonly Effect[] = ['export'];
const serverFiles: readonly Effect[] = ['administration'];

/**
 * Functions that do more than a SELECT says, by the last part of their name: in whatever schema they stand, since an
 * extension can be made in any. What a function does that is not here is not seen.
 */
const known: readonly (readonly [RegExp, readonly Effect[]])[] = [
  // Another database, another service, a program: data goes there.
  [/^dblink(_.*)?$/, outward],
  [/^postgres_fdw_.*$/, outward],
  [/^(query_export_to_s3|table_import_from_s3|aws_lambda|invoke|create_s3_uri)$/, outward],
  [/^(blob_put|blob_get|blob_list|http|http_(get|post|put|patch|delete|head)|net_http.*|urlencode_http.*)$/, outward],
  [/^(lo_export|pg_file_write|plpgsql_http.*)$/, ['administration', 'export']],
  [
    /^(pg_logical_slot_.*|pg_create_(logical|physical)_replication_slot|pg_copy_.*_replication_slot)$/,
    ['administration', 'export'],
  ],
  [
    /^(pg_drop_replication_slot|pg_replication_.*|pg_wal_.*|pg_switch_wal|pg_backup_.*|pg_start_backup|pg_stop_backup|pg_create_restore_point|pg_promote)$/,
    serverFiles,
  ],
  // The server's own files, and the server itself.
  [
    /^(lo_import|pg_read_file|pg_read_binary_file|pg_stat_file|pg_ls_.*|pg_file_.*|pg_current_logfile|pg_rotate_logfile)$/,
    serverFiles,
  ],
  [
    /^(pg_reload_conf|pg_terminate_backend|pg_cancel_backend|pg_stat_reset.*|pg_log_.*|pg_import_system_collations|pg_prewarm|pg_surgery.*|heap_force_.*)$/,
    serverFiles,
  ],
  [
    /^(binary_upgrade_.*|pg_extension_config_dump|pg_nextoid|pg_stop_making_pinned_objects|pg_get_wal_.*)$/,
    serverFiles,
  ],
  // Rows, without a word that says so.
  [/^(nextval|setval|lo_(creat|create|from_bytea|put|unlink|truncate|truncate64|open)|lowrite|pg_notify)$/, ['write']],
  [/^(pg_advisory_.*|pg_try_advisory_.*)$/, []],
  [/^(crosstab.*|connectby|xpath_table)$/, ['read']],
];

/** What calling a function of this name does beside reading; undefined when nothing is known of it. */
export function functionEffects(name: string): readonly Effect[] | undefined {
  const bare = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const found = known.filter(([pattern]) => pattern.test(bare));
  return found.length === 0 ? undefined : found.flatMap(([, effects]) => effects);
}

/** Functions that run the SQL of their first argument: what that does, they do. */
export function runsItsArgument(name: string): boolean {
  return /^(query_to_xml|query_to_xmlschema|query_to_xml_and_xmlschema|ts_stat|ts_rewrite|crosstab\w*|xpath_table)$/.test(
    name.slice(name.lastIndexOf('.') + 1).toLowerCase(),
  );
}
