import type { Effect } from './sql-text.ts';

const outward: readonly Effect[] = ['export'];
const server: readonly Effect[] = ['administration'];
const serverOutward: readonly Effect[] = ['administration', 'export'];
const rows: readonly Effect[] = ['write'];
const reads: readonly Effect[] = ['read'];
const anything: readonly Effect[] = ['administration', 'export', 'read', 'schema', 'write'];

/**
 * Functions that do more than a SELECT says, by the last part of their name: in whatever schema they stand, since an
 * extension can be made in any. What a function does that is not here is not seen.
 */
const known: readonly (readonly [RegExp, readonly Effect[]])[] = [
  // Another database, another service, a program: data goes there.
  [/^dblink(_.*)?$/, outward],
  [/^postgres_fdw_.*$/, outward],
  [/^(query_export_to_s3|table_import_from_s3|aws_lambda|invoke|invoke_endpoint|create_s3_uri)$/, outward],
  [/^(blob_put|blob_get|blob_list|http|http_(get|post|put|patch|delete|head).*|net_http.*|urlencode_http.*)$/, outward],
  [/^(lo_export|pg_file_write|plpgsql_http.*)$/, serverOutward],
  [
    /^(pg_logical_slot_.*|pg_create_(logical|physical)_replication_slot|pg_copy_.*_replication_slot|pg_sync_replication_slots)$/,
    serverOutward,
  ],
  [
    /^(pg_drop_replication_slot|pg_replication_.*|pg_wal_(replay|summary).*|pg_switch_(wal|xlog)|pg_backup_.*|pg_start_backup|pg_stop_backup|pg_create_restore_point|pg_promote)$/,
    server,
  ],
  // The server's own files, and the server itself.
  [
    /^(lo_import|pg_read_file(_.*)?|pg_read_binary_file|pg_stat_file|pg_ls_.*|pg_logdir_ls|pg_file_.*|pg_current_logfile|pg_rotate_logfile.*|pg_logfile_rotate)$/,
    server,
  ],
  [/^(pg_show_all_file_settings|pg_hba_file_rules|pg_ident_file_mappings|pg_config)$/, server],
  [
    /^(pg_reload_conf|pg_terminate_backend|pg_cancel_backend|pg_stat(_statements)?_reset.*|pg_log_.*|pg_import_system_collations|pg_prewarm|pg_surgery.*|heap_force_.*)$/,
    server,
  ],
  [/^(pg_(restore|clear)_(relation|attribute)_stats|pg_truncate_visibility_map)$/, server],
  [/^(brin_(de)?summarize_.*|gin_clean_pending_list)$/, server],
  // Pages as they are stored: rows of whatever table, gone ones too.
  [/^(get_raw_page.*|heap_page_.*|tuple_data_split|(bt|brin|gin|gist|hash)_page_.*)$/, ['administration', 'read']],
  [/^(binary_upgrade_.*|pg_extension_config_dump|pg_nextoid|pg_stop_making_pinned_objects|pg_get_wal_.*)$/, server],
  // SQL that is put together from pieces, or run elsewhere and later.
  [/^(connectby|xpath_table|pg_background_launch.*|schedule_in_database|alter_job)$/, anything],
  [/^(run_command_on_.*|master_run_on_worker)$/, anything],
  // Rows, without a word that says so.
  [/^(nextval|setval|lo_(creat|create|from_bytea|put|unlink|truncate|truncate64|open)|lowrite|pg_notify)$/, rows],
  [/^pg_logical_emit_message$/, rows],
  [/^(pg_advisory_.*|pg_try_advisory_.*)$/, []],
  [/^(crosstab.*|lo_get|loread|ts_stat|(query|table|schema|database|cursor)_to_xml.*)$/, reads],
];

/** Functions that are told by their schema too: their last part alone is a word that anybody may use. */
const knownInSchema: readonly (readonly [RegExp, readonly Effect[]])[] = [
  [/^(cron\.)?(schedule|unschedule)$/, anything],
  [/^pglogical\./, serverOutward],
  [/^(aws_(?!commons)\w+|azure_\w+|google_ml\w*|pgml|vectorize|net)\./, outward],
  [/^ai\.(openai|anthropic|cohere|ollama|voyageai|litellm)_/, outward],
];

/** What calling a function of this name does beside reading; undefined when nothing is known of it. */
export function functionEffects(name: string): readonly Effect[] | undefined {
  const whole = name.toLowerCase();
  const bare = lastPart(name);
  const found = [
    ...known.filter(([pattern]) => pattern.test(bare)),
    ...knownInSchema.filter(([pattern]) => pattern.test(whole)),
  ];
  return found.length === 0 ? undefined : found.flatMap(([, effects]) => effects);
}

/** Which arguments of a function are SQL that it runs, by their position: what that does, it does. */
export function sqlArguments(name: string, count: number): readonly number[] {
  const bare = lastPart(name);
  if (/^(query_to_xml|query_to_xmlschema|query_to_xml_and_xmlschema|ts_stat|query_export_to_s3)$/.test(bare))
    return [0];
  if (bare === 'ts_rewrite') return count === 3 ? [] : [1];
  if (/^crosstab\w*$/.test(bare)) return count === 2 ? [0, 1] : [0];
  return [];
}

/** Functions that read a relation, or all of a schema or of the database, that is named in a text. */
export function namedRelation(name: string): 'relation' | 'schema' | 'database' | undefined {
  const bare = lastPart(name);
  if (/^(table_to_xml\w*|get_raw_page\w*|nextval|setval|currval|pg_prewarm)$/.test(bare)) return 'relation';
  if (/^schema_to_xml\w*$/.test(bare)) return 'schema';
  return /^database_to_xml\w*$/.test(bare) ? 'database' : undefined;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}
