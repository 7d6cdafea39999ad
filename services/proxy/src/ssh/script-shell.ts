/** Options that take the next word as their value: `bash -o pipefail`. */
const withValue = new Set(['-o', '+o', '-O', '+O', '--rcfile', '--init-file']);

/**
 * Whether a command is a shell that reads its commands from its standard input: `bash`, `sh -s -- name`,
 * `sudo -u deploy bash -ex`. A shell that is given a command (`-c`) or the name of a script reads data there.
 */
export function readsScript(command: string): boolean {
  const words = command.trim().split(/\s+/);
  let at = 0;
  if (words[at] === 'exec') at += 1;
  if (/^(\/usr)?(\/bin\/)?sudo$/.test(words[at] ?? '')) at = afterSudo(words, at + 1);
  if (/^(\/usr)?(\/bin\/)?env$/.test(words[at] ?? '')) at += 1;
  while (/^[A-Za-z_][A-Za-z0-9_]*=[^'"`$;&|<>()]*$/.test(words[at] ?? '')) at += 1;
  if (!/^([/\w.-]*\/)?(sh|bash|dash|ash|zsh|ksh|ksh93|mksh)$/.test(words[at] ?? '')) return false;
  for (at += 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--' || word === '-') return words.length === at + 1;
    if (!/^[-+]/.test(word)) return false; // a script's name, or something after the shell
    if (/^-[A-Za-z]*c/.test(word)) return false;
    if (/^-[A-Za-z]*s[A-Za-z]*$/.test(word)) return true; // what follows are its arguments
    if (withValue.has(word) || /^[-+][A-Za-z]+o$/.test(word)) at += 1;
    else if (!/^([-+][A-Za-z]+|--[a-z-]+)$/.test(word)) return false;
  }
  return true;
}

/** With `-S` sudo itself reads there first, a password. */
function afterSudo(words: readonly string[], from: number): number {
  let at = from;
  while (/^-[nEHiku]+$|^-[ugpC]$/.test(words[at] ?? '')) at += /^-\w*[ugpC]$/.test(words[at] ?? '') ? 2 : 1;
  return at;
}
