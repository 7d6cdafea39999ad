import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf, type Options } from '../options.ts';
import { hostAndPort, isUrl, placeOf } from '../urls.ts';
import { copyHost, remoteOf } from './remote-path.ts';

/** SSH, and what copies over it or like it. */
export const copyPrograms: Programs = {
  ...named('ssh slogin autossh dbclient', ssh),
  ...named('mosh', ({ args, findings, run, shell }) => {
    const { operands, value } = optionsOf(args, { valued: '--ssh --server --port -p --client', leading: true });
    if (value('--ssh') !== undefined) shell(value('--ssh') ?? '');
    findings.host(remoteOf(operands[0] ?? '').host, 'mosh');
    if (operands.length > 1) return run(operands.slice(1));
    findings.unproven('interactive');
    return undefined;
  }),
  ...named('rsh rlogin', ({ args, findings, shell, name }) => {
    const { operands } = optionsOf(args, { valued: '-l -p', leading: true });
    findings.host(remoteOf(operands[0] ?? '').host, name);
    if (operands.length > 1) shell(operands.slice(1).join(' '));
    else findings.unproven('interactive');
    return undefined;
  }),
  ...named('scp rcp pscp', (call) => {
    const options = optionsOf(call.args, { valued: '-c -D -F -i -J -l -o -P -S -X' });
    sshOptions(call, options);
    copied(call, options.operands, options.value('-P'));
    if (options.blurred) call.findings.unproven('destination_from_data');
    return undefined;
  }),
  ...named('sftp psftp', (call) => {
    const options = optionsOf(call.args, { valued: '-B -b -c -D -F -i -J -l -o -P -R -S -s' });
    sshOptions(call, options);
    const [place = ''] = options.operands;
    const { host, port } = remoteOf(place);
    call.findings.host(host, 'sftp', { port: port || (options.value('-P') ?? '') });
    if (!options.has('-b') && call.stdin.kind === 'none' && !place.includes(':')) call.findings.unproven('interactive');
    // Its own commands may run others: `!command`.
    if (options.has('-b') || call.stdin.kind === 'data') call.findings.unproven('program_from_data');
    return undefined;
  }),
  ...named('rsync', rsync),
  ...named('sshfs', (call) => {
    const options = optionsOf(call.args, { valued: '-o -p -F' });
    sshOptions(call, options);
    call.findings.host(copyHost(options.operands[0] ?? '') ?? '', 'sshfs');
    return undefined;
  }),
  ...named('ssh-copy-id', (call) => {
    const options = optionsOf(call.args, { valued: '-i -p -o -t -F' });
    sshOptions(call, options);
    call.findings.host(remoteOf(options.operands[0] ?? '').host, 'ssh-copy-id', { port: options.value('-p') ?? '' });
    return undefined;
  }),
  ...named('ssh-keyscan', ({ args, findings }) => {
    const { operands, has } = optionsOf(args, { valued: '-f -p -T -t -O' });
    for (const host of operands) findings.host(host, 'ssh-keyscan');
    if (has('-f')) findings.unproven('destination_from_data');
    return undefined;
  }),
  ...named('ssh-keygen ssh-add', ({ args, findings }) => {
    // A library that is loaded.
    if (args.some((arg) => /^-[DsS]/.test(arg))) findings.unproven('program_from_data');
    return undefined;
  }),
  ...named('mount mount.nfs mount.cifs mount.nfs4', ({ args, findings, name }) => {
    const { operands, value } = optionsOf(args, { valued: '-t -o --types --options -L -U' });
    const [source] = operands;
    const share = /^(?:\/\/|\\\\)([^/\\]+)/.exec(source ?? '')?.[1];
    const host = share ?? (/^[^/]+:/.test(source ?? '') ? copyHost(source ?? '') : undefined);
    const stated = /(?:^|,)(?:addr|ip|host)=([^,]+)/.exec(value('-o', '--options') ?? '')?.[1];
    for (const one of [host, stated]) if (one !== undefined) findings.host(one, name);
    if (operands.some((one) => !isKnown(one.slice(0, 1)))) findings.unproven('destination_from_data');
    return undefined;
  }),
  ...named('smbclient rpcclient smbget', ({ args, findings, name }) => {
    const { operands, value, has } = optionsOf(args, {
      valued: '-U -c -I -p -L -W -D -m -A -s --user --command --ip-address --port --list',
    });
    const share = operands[0] ?? value('-L', '--list') ?? '';
    const host = /^(?:smb:)?[\\/]{2,4}([^\\/]+)/.exec(share)?.[1] ?? share;
    findings.host(value('-I', '--ip-address') ?? host.replace(/^.*@/, ''), name, { port: value('-p', '--port') ?? '' });
    if (!has('-c', '--command', '-L', '--list') && name !== 'smbget') findings.unproven('interactive');
    return undefined;
  }),
};

const sshValued = '-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -P -Q -R -S -W -w';

function ssh(call: Call): string | undefined {
  const { args, findings, shell, stdin } = call;
  // Options may follow the host, too.
  const first = optionsOf(args, { valued: sshValued, leading: true });
  if (first.has('-V', '-Q')) return undefined;
  const [target = '', ...after] = first.operands;
  const second = optionsOf(after, { valued: sshValued, leading: true });
  const options = after[0]?.startsWith('-') === true ? second : undefined;
  const command = options === undefined ? after : second.operands;
  for (const each of options === undefined ? [first] : [first, options]) sshOptions(call, each);
  const port = options?.value('-p') ?? first.value('-p') ?? '';
  const place = isUrl(target) ? placeOf(target) : { host: target.replace(/^.*@/, ''), port: '' };
  findings.host(place.host, 'ssh', { port: place.port || port });
  if (first.blurred && args.some((arg) => arg.startsWith('\uE001'))) findings.unproven('destination_from_data');
  if (command.length > 0) return shell(command.join(' '), stdin);
  if (first.has('-N', '-W', '-O') || options?.has('-N', '-W') === true) return undefined;
  if (stdin.kind === 'text') return shell(stdin.text);
  findings.unproven(stdin.kind === 'data' ? 'program_from_data' : 'interactive');
  return undefined;
}

/** What the options of OpenSSH say of jumps, forwards and commands. */
function sshOptions({ findings, shell, name }: Call, { values }: Options): void {
  const jumps = (list: string) => {
    for (const jump of list.split(',')) {
      const { host, port } = isUrl(jump) ? placeOf(jump) : hostAndPort(jump.replace(/^.*@/, ''));
      findings.host(host, `${name} -J`, { port });
    }
  };
  for (const list of values('-J')) jumps(list);
  for (const config of values('-F'))
    if (!/^(none|\/dev\/null)$/.test(config)) findings.unproven('destination_from_data');
  for (const program of name === 'ssh' ? [] : values('-S')) shell(program);
  for (const place of values('-W')) findings.host(hostAndPort(place).host, 'ssh -W', { port: hostAndPort(place).port });
  for (const forward of [...values('-L'), ...values('-R')]) forwarded(forward, findings);
  if (name === 'ssh' && values('-D').length > 0) findings.unproven('destination_from_data');
  for (const option of values('-o')) {
    const found = /^\s*(\w+)\s*(?:=|\s)\s*([^]*)$/.exec(option);
    const value = found?.[2] ?? '';
    switch (found?.[1]?.toLowerCase()) {
      case 'proxyjump':
        if (value !== 'none') jumps(value);
        break;
      case 'hostname':
        findings.host(value, `${name} -o HostName`);
        break;
      case 'proxycommand':
      case 'localcommand':
      case 'knownhostscommand':
        if (value !== 'none') shell(value.replace(/%[hpr]/g, '$__'));
        break;
      case 'remotecommand':
        shell(value);
        break;
      case 'localforward':
      case 'remoteforward':
        forwarded(value.trim().replace(/\s+/, ':'), findings);
        break;
      case 'dynamicforward':
      case 'include':
        findings.unproven('destination_from_data');
        break;
      case 'pkcs11provider':
      case 'securitykeyprovider':
        findings.unproven('program_from_data');
        break;
      case undefined:
        findings.unproven('destination_from_data');
        break;
    }
  }
}

/** `[address:]port:host:hostport`, or sockets of this machine. */
function forwarded(forward: string, findings: Call['findings']): void {
  if (!isKnown(forward)) return findings.unproven('destination_from_data');
  const found = /(?:^|:)\d+:(\[[^\]]+\]|[^:/]+):(\d+)$/.exec(forward);
  if (found !== null) findings.host(found[1] ?? '', 'ssh -L', { port: found[2] ?? '' });
  else if (!forward.includes('/')) findings.unproven('destination_from_data');
}

function copied({ findings, name }: Call, operands: readonly string[], port = ''): void {
  for (const operand of operands) {
    const host = copyHost(operand);
    if (host !== undefined) findings.host(host, name, { port });
    else if (!isKnown(operand.slice(0, 1)) || (!isKnown(operand) && !/^[./~]/.test(operand)))
      findings.unproven('destination_from_data');
  }
}

const rsyncValued =
  '-e --rsh --rsync-path -f --filter --exclude --include --exclude-from --include-from --files-from --bwlimit --port --password-file --log-file --partial-dir --temp-dir -T --backup-dir --suffix --compare-dest --copy-dest --link-dest -M --remote-option --out-format --sockopts --address --timeout --chmod --chown --max-size --min-size -B --block-size --info --contimeout';

function rsync(call: Call): string | undefined {
  const { args, findings, shell } = call;
  const { operands, values, has, blurred, value } = optionsOf(args, { valued: rsyncValued });
  if (blurred) findings.unproven('destination_from_data');
  for (const remote of values('-e', '--rsh')) {
    // The host follows where it is called: what stands before it, is said here.
    const words = remote.trim().split(/\s+/);
    if (/^(\/usr\/bin\/)?ssh$/.test(words[0] ?? '') && !/['"$`;|&\\]/.test(remote))
      sshOptions({ ...call, name: 'ssh' }, optionsOf(words.slice(1), { valued: sshValued }));
    else if (words[0] !== '') {
      findings.unproven('program_from_data');
      shell(remote);
    }
  }
  for (const path of values('--rsync-path')) if (!/^(sudo )?(\/usr\/(local\/)?bin\/)?rsync$/.test(path)) shell(path);
  if (has('--daemon', '--config')) findings.unproven('interpreter');
  copied(call, operands, value('--port'));
  for (const file of values('--files-from', '--password-file')) {
    const host = copyHost(file);
    if (host !== undefined && host !== '') findings.host(host, 'rsync');
  }
  return undefined;
}
