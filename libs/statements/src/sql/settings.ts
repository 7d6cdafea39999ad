/** What giving a setting (a "configuration parameter", a GUC) another value means for what is read after it. */
export interface SettingChange {
  readonly role: boolean;
  readonly searchPath: boolean;
  /** Texts that follow may be read otherwise than the grammar here reads them. */
  readonly lexing: boolean;
  /** A setting that takes away what protects data, or loads code into the server. */
  readonly administration: boolean;
}

export const allChanges: SettingChange = { role: true, searchPath: true, lexing: true, administration: false };

const guarding =
  /^(session_replication_role|(session|local|shared)_preload_libraries|dynamic_library_path|lo_compat_privileges|allow_system_table_mods|zero_damaged_pages|ignore_(checksum_failure|invalid_pages|system_indexes))$/;

/**
 * Encodings in which the second byte of a character can be a backslash or a letter (the chapter "Character Set Support"):
 * a quote that seems to be escaped is not.
 */
const treacherous =
  /^(sjis|shiftjis|shiftjis2004|mskanji|win932|windows932|big5|win950|windows950|gbk|win936|windows936|uhc|win949|windows949|gb18030|johab)$/;

/** `value` undefined: not known from the text, or the default. */
export function settingChange(setting: string, value: string | undefined): SettingChange {
  const name = setting.toLowerCase();
  return {
    role: name === 'role' || name === 'session_authorization',
    searchPath: name === 'search_path',
    lexing: changesLexing(name, value),
    administration: guarding.test(name),
  };
}

/** Whether texts are read by other rules when a setting has this value. */
export function changesLexing(setting: string, value: string | undefined): boolean {
  const name = setting.toLowerCase();
  if (name === 'standard_conforming_strings')
    return value === undefined || !/^(on|t(r(ue?)?)?|y(es?)?|1)$/i.test(value.trim());
  if (name === 'client_encoding')
    return value === undefined || treacherous.test(value.toLowerCase().replace(/[^a-z0-9]/g, ''));
  return false;
}
