/** A copy that a client of old asks for: `scp -t path` takes files at the target, `scp -f path` gives them. */
export interface ScpCommand {
  readonly direction: 'to-target' | 'from-target';
  readonly recursive: boolean;
  /** As the target's program gets it, without quotes; relative ones begin at the login's home. */
  readonly path: string;
  /** The last part of the path has wildcards: which files these are, the target says. */
  readonly globbed: boolean;
}

/**
 * Reads a command line as OpenSSH's scp -O and its like write it. Undefined when it is anything but the name, options
 * and one path that a shell leaves as it is but for quotes, a leading `~/` and wildcards in its last part: then it is a
 * command as any other.
 */
export function readScpCommand(text: string): ScpCommand | undefined {
  const words = /^(?:\/usr(?:\/local)?\/bin\/)?scp((?: +-[vrpdtfq]+)+)( +--)? +(.+)$/s.exec(text.trimEnd());
  const [, options = '', , written = ''] = words ?? [];
  const [to, from] = [options.includes('t'), options.includes('f')];
  if (words === null || to === from) return undefined;
  const path = unquoted(written);
  if (path === undefined || (to && path.globbed) || (path.text.startsWith('-') && words[2] === undefined))
    return undefined;
  return {
    direction: to ? 'to-target' : 'from-target',
    recursive: options.includes('r'),
    path: path.text,
    globbed: path.globbed,
  };
}

/** One word of a shell. */
function unquoted(word: string): { readonly text: string; readonly globbed: boolean } | undefined {
  let text = '';
  let globbed = false;
  let rest = word;
  if (rest === '~') rest = '.';
  else if (rest.startsWith('~/')) rest = `./${rest.slice(2)}`;
  if (/^[~=]/.test(rest)) return undefined; // somebody's home, or what zsh makes a program's path
  while (rest !== '') {
    const piece = pieces.exec(rest);
    if (piece === null) return undefined;
    const [whole, single, double, escaped, plain, wild] = piece;
    text += single ?? double ?? escaped ?? plain ?? wild ?? '';
    if (wild !== undefined) globbed = true;
    // With wildcards in a folder's name nobody knows in which folder a file lies.
    if (globbed && /\//.test(single ?? double ?? escaped ?? plain ?? '')) return undefined;
    rest = rest.slice(whole.length);
  }
  return text === '' || text.includes('\0') ? undefined : { text, globbed };
}

/** 'as it is', "as it is but for a few", an escaped character, plain ones, a wildcard. */
const pieces = /^(?:'([^']*)'|"([^"$`\\!]*)"|\\([^\n])|([A-Za-z0-9_@%+=:,./~\u0080-\uffff-]+)|([*?[\]]))/;
