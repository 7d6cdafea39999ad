import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { isUrl, placeOf } from '../urls.ts';
import { copyHost } from './remote-path.ts';

/** Version control: a remote that is named is where a configuration says, one that is written is where it says. */
export const gitPrograms: Programs = {
  ...named('git', git),
  ...named('svn hg', ({ name, args, findings }) => {
    const { operands } = optionsOf(args, { valued: '-m -r -R --username --password --config-option --config' });
    const places = operands.slice(1).filter((one) => isUrl(one));
    for (const place of places) findings.host(placeOf(place).host, `${name} ${operands[0] ?? ''}`);
    if (args.some((arg) => arg.startsWith('--config'))) findings.unproven('program_from_data');
    if (
      places.length === 0 &&
      /^(commit|ci|update|up|checkout|co|push|pull|clone|import|export|switch|relocate)$/.test(operands[0] ?? '') &&
      !(name === 'hg' && /^(commit|ci|update|up)$/.test(operands[0] ?? ''))
    )
      findings.unproven('destination_from_data');
    return undefined;
  }),
  ...named('gh glab hub', ({ name, args, findings }) => {
    const { operands, value } = optionsOf(args, {
      valued:
        '-R --repo --hostname -f -F --field --raw-field --method -X -H --header --input --title --body -t -b --base --head --json --jq -L --limit',
    });
    if (/^(--version|version|help)$/.test(operands[0] ?? 'help')) return undefined;
    const host =
      value('--hostname') ?? /^(?:https:\/\/)?([^/]+\.[^/]+)\/[^/]+\/[^/]+/.exec(value('-R', '--repo') ?? '')?.[1];
    findings.host(host ?? (name === 'glab' ? 'gitlab.com' : 'github.com'), name);
    return undefined;
  }),
};

const local =
  /^(status|log|diff|show|add|commit|branch|checkout|switch|restore|reset|stash|tag|merge|rebase|cherry-pick|revert|rm|mv|init|blame|grep|describe|rev-parse|rev-list|reflog|shortlog|clean|gc|fsck|ls-files|ls-tree|cat-file|hash-object|worktree|notes|apply|am|format-patch|bundle|archive|show-ref|symbolic-ref|for-each-ref|update-index|write-tree|read-tree|merge-base|name-rev|count-objects|prune|repack|whatchanged|version|help|sparse-checkout|range-diff|var|check-ignore|check-attr|column|diff-tree|diff-index|diff-files|verify-commit|verify-tag|rerere|mktree|commit-tree|update-ref|pack-refs|stripspace|interpret-trailers)$/;

function git(call: Call): string | undefined {
  const { args, findings, shell } = call;
  const globals = optionsOf(args, {
    valued: '-C -c --git-dir --work-tree --namespace --exec-path_ --config-env --super-prefix --attr-source',
    leading: true,
  });
  for (const setting of globals.values('-c')) configured(setting, call);
  if (globals.has('--config-env', '--exec-path') && args.some((arg) => /^--(config-env|exec-path=)/.test(arg)))
    findings.unproven('program_from_data');
  const [command = '', ...rest] = globals.operands;
  if (command === '') return undefined;
  if (!isKnown(command)) findings.unproven('program_from_data');
  const { operands, values, has, blurred, value } = optionsOf(rest, {
    valued:
      '-o -b -u_ --upload-pack --receive-pack --exec --depth --branch --origin --reference --server-option --push-option --remote --config -c -m -t --template --shallow-since --recurse-submodules_ -x --smtp-server --to --cc --bcc --from --smtp-server-port -j --jobs --filter --separate-git-dir --message',
  });
  const via = `git ${command}`;
  for (const program of values('--upload-pack', '--receive-pack', '--exec')) shell(program);
  if (command === 'clone') for (const program of values('-u')) shell(program);
  for (const text of command === 'rebase' ? values('-x', '--exec') : []) shell(text);
  const remote = (place: string | undefined): void => remoteIs(place, via, call);
  switch (command) {
    case 'push':
    case 'fetch':
    case 'pull':
    case 'ls-remote':
    case 'send-pack':
    case 'fetch-pack':
      if (blurred) findings.unproven('destination_from_data');
      if (has('-h')) return undefined;
      return void remote(operands[0] ?? value('--repo'));
    case 'clone':
      if (blurred) findings.unproven('destination_from_data');
      for (const setting of values('-c', '--config')) configured(setting, call);
      return void remote(operands[0]);
    case 'remote':
      if (/^(add|set-url)$/.test(operands[0] ?? '')) remote(operands.find((one, at) => at > 1 && !one.startsWith('-')));
      else if (/^(update|prune|show)$/.test(operands[0] ?? '')) findings.unproven('destination_from_data');
      return undefined;
    case 'submodule':
      if (operands[0] === 'add') remote(operands[1]);
      else if (operands[0] === 'foreach') shell(operands.slice(1).join(' '));
      else if (/^(update|sync)$/.test(operands[0] ?? '')) findings.unproven('destination_from_data');
      return undefined;
    case 'archive':
      if (has('--remote')) remote(value('--remote'));
      return undefined;
    case 'config':
      if (operands[0] !== undefined && operands.length > 1 && !has('--get', '--get-all', '--list', '-l', '--unset'))
        configured(`${operands.at(-2) ?? ''}=${operands.at(-1) ?? ''}`, call);
      if (has('-e', '--edit')) findings.unproven('interactive');
      return undefined;
    case 'bisect':
      if (operands[0] === 'run') call.run(operands.slice(1));
      return undefined;
    case 'filter-branch':
    case 'difftool':
    case 'mergetool':
    case 'daemon':
    case 'instaweb':
    case 'svn':
    case 'p4':
    case 'credential':
    case 'maintenance':
      findings.unproven('program_from_data');
      return undefined;
    case 'send-email':
      findings.host(value('--smtp-server') ?? '\uE000', via);
      for (const to of values('--to', '--cc', '--bcc')) findings.host(/@([^>\s]+)/.exec(to)?.[1] ?? '\uE000', via);
      return undefined;
    case 'lfs':
      if (/^(push|pull|fetch|clone)$/.test(operands[0] ?? '')) findings.unproven('destination_from_data');
      return undefined;
    case 'grep':
      for (const arg of rest)
        if (/^(-O|--open-files-in-pager)(=?.+)/.test(arg)) shell(arg.replace(/^(-O|--open-files-in-pager=?)/, ''));
      return undefined;
    default:
      if (!local.test(command)) findings.unproven('unknown_program');
      return undefined;
  }
}

/** `name=value` of a configuration. */
function configured(setting: string, { findings, shell }: Call): void {
  const at = setting.indexOf('=');
  const key = (at < 0 ? setting : setting.slice(0, at)).toLowerCase();
  const value = at < 0 ? '' : setting.slice(at + 1);
  if (!isKnown(key)) findings.unproven('program_from_data');
  else if (key.startsWith('alias.')) {
    if (value.startsWith('!')) shell(value.slice(1));
    else shell(`git ${value}`);
  } else if (
    /^(core\.(sshcommand|pager|editor|fsmonitor|hookspath|gitproxy|askpass|alternaterefscommand)|sequence\.editor|gpg\.(\w+\.)?program|diff\.external|credential\..*helper|credential\.helper|pager\..*|filter\..*|diff\..*\.(command|textconv)|merge\..*\.driver|(diff|merge)tool\..*|uploadpack\..*|protocol\.ext\.allow|include\.path|includeif\..*|remote\..*\.(uploadpack|receivepack|vcs)|browser\..*|man\..*|interactive\.difffilter|trailer\..*)$/.test(
      key,
    )
  ) {
    if (/^(core\.fsmonitor|core\.pager|pager\..*)$/.test(key) && /^(true|false|cat|less|)$/.test(value)) return;
    if (/^core\.sshcommand$/.test(key)) shell(value);
    findings.unproven('program_from_data');
  } else if (
    /^(https?\.(.*\.)?proxy|remote\..*\.(push)?url|url\..*|remote\..*\.proxy|sendemail\..*|lfs\.url|remote\.pushdefault|branch\..*\.(push)?remote|imap\..*)$/.test(
      key,
    )
  ) {
    const base = /^url\.(.*)\.(insteadof|pushinsteadof)$/.exec(key)?.[1];
    const place = base ?? value;
    const host = isUrl(place) ? placeOf(place).host : copyHost(place);
    if (host !== undefined) findings.host(host, `git config ${key}`);
    else findings.unproven('destination_from_data');
  }
}

function remoteIs(place: string | undefined, via: string, { findings, shell }: Call): void {
  if (place === undefined) return findings.unproven('destination_from_data');
  const command = /^ext::([^]*)$/.exec(place)?.[1];
  if (command !== undefined) return void shell(command.replace(/%\w/g, ' '));
  const helper = /^[a-z0-9-]+::([^]*)$/.exec(place);
  if (helper !== null) findings.unproven('program_from_data');
  const bare = helper?.[1] ?? place;
  if (isUrl(bare)) {
    const { scheme, host, port } = placeOf(bare);
    if (scheme !== 'file') findings.host(host, via, { port });
    return;
  }
  const host = copyHost(bare);
  if (host !== undefined) findings.host(host, via);
  else if (!/^[./~]/.test(bare)) findings.unproven('destination_from_data');
}
