import { written } from '../lasting-files.ts';
import { isKnown, unknown, unknownWords } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { remoteOf } from './remote-path.ts';

/** Programs of daily work that send nothing, unless an option makes them run something or go elsewhere. */
export const filterPrograms: Programs = {
  ...named('awk gawk mawk nawk', awk),
  ...named('sed gsed ssed', sed),
  ...named('tar gtar bsdtar', tar),
  ...named('sort', (call) => runsOption(call, /^--compress-program(?:=(.*))?$/s)),
  ...named('split', (call) => runsOption(call, /^--filter(?:=(.*))?$/s)),
  ...named('rg', (call) => runsOption(call, /^--pre(?:=(.*))?$/s)),
  // What they install or set runs later.
  ...named('dpkg update-alternatives ldconfig sysctl', ({ name, args, findings }) => {
    const installs = {
      dpkg: /^(-i|--install|--unpack|--configure|-A|--record-avail|--triggers-only)$/,
      'update-alternatives': /^--(install|set|config|set-selections)$/,
      ldconfig: /^[^-]|^-[fnlrC]/,
      sysctl: /core_pattern|modprobe|hotplug|poweroff_cmd|^-p|^--(load|system)/,
    }[name];
    if (args.some((arg) => installs?.test(arg) === true || !isKnown(arg.slice(0, 1))))
      findings.unproven('program_from_data');
    return undefined;
  }),
  ...named('zip', (call) => runsOption(call, /^(?:-TT|--unzip-command)(?:=(.*))?$/s)),
  ...named('base64', ({ args, stdin }) => {
    if (stdin.kind !== 'text' || args.length !== 1 || !/^(-d|-D|--decode)$/.test(args[0] ?? '')) return undefined;
    // What was hidden is read, and stays something that the line does not show.
    return isKnown(stdin.text) ? `${Buffer.from(stdin.text, 'base64').toString('utf8')}\n${unknown}` : undefined;
  }),
  ...named('systemctl journalctl loginctl hostnamectl timedatectl localectl machinectl busctl', (call) => {
    const { value, has, operands } = optionsOf(call.args, {
      valued:
        '-H --host -M --machine -u --unit -n --lines -o --output -p --property -t --type -S -U --since --until -g --grep -b_ --state',
      leading: false,
    });
    if (has('-H', '--host')) call.findings.host(remoteOf(value('-H', '--host') ?? '').host, `${call.name} -H`);
    if (operands.includes('edit')) call.findings.unproven('interactive');
    if (call.name === 'systemctl' && /^(link|set-environment|import-environment)$/.test(operands[0] ?? ''))
      call.findings.unproven('program_from_data');
    if (
      /^(shell|import-environment|pull-\w+|set-environment|link|enable)$/.test(operands[0] ?? '') &&
      call.name === 'machinectl'
    )
      call.findings.unproven('interactive');
    return undefined;
  }),
  ...named('logrotate run-parts service invoke-rc.d patch', ({ name, args, findings }) => {
    if (
      name === 'run-parts' ||
      (name === 'logrotate' && args.some((arg) => !arg.startsWith('-') && arg !== '/etc/logrotate.conf'))
    )
      findings.unproven('program_from_data');
    return undefined;
  }),
  ...named('openssl', ({ args, findings }) => {
    const [command = ''] = args;
    const { value, has } = optionsOf(args.slice(1), {
      valued: '-connect -host -port -proxy -url -servername -engine -provider -CAfile -cert -key -in -out -path',
      singleDash: true,
    });
    if (has('-engine', '-provider', '-provider-path')) findings.unproven('program_from_data');
    if (/^s_(client|time)$/.test(command)) {
      for (const place of [value('-connect'), value('-proxy')]) {
        if (place === undefined) continue;
        const at = place.lastIndexOf(':');
        findings.host(at < 0 ? place : place.slice(0, at), `openssl ${command}`, {
          port: at < 0 ? '' : place.slice(at + 1),
        });
      }
      const operand = args
        .slice(1)
        .find((arg, index) => /^[\w.[\]-]+:\d+$/.test(arg) && !/^-(connect|proxy)$/.test(args[index] ?? ''));
      if (operand !== undefined) findings.host(operand.slice(0, operand.lastIndexOf(':')), `openssl ${command}`);
      else if (!has('-connect')) findings.host(value('-host') ?? 'localhost', `openssl ${command}`);
    } else if (command === 's_server' || command === '')
      findings.unproven(command === '' ? 'interactive' : 'interpreter');
    else if (has('-url')) findings.host(remoteOf(value('-url') ?? '').host, `openssl ${command}`);
    else if (command.includes(unknownWords)) findings.unproven('program_from_data');
    return undefined;
  }),
  ...named('gpg gpg2', ({ args, findings }) => {
    const { value, has } = optionsOf(args, {
      valued:
        '--keyserver -r --recipient -o --output -u --local-user --homedir --passphrase --passphrase-file --cipher-algo',
    });
    const server = value('--keyserver');
    if (server !== undefined) findings.host(remoteOf(server).host, 'gpg --keyserver');
    else if (
      has(
        '--send-keys',
        '--recv-keys',
        '--search-keys',
        '--refresh-keys',
        '--receive-keys',
        '--locate-keys',
        '--auto-key-locate',
      )
    )
      findings.unproven('destination_from_data');
    return undefined;
  }),
  ...named('iptables ip6tables nft ebtables ipset tc firewall-cmd ufw', ({ args, findings }) => {
    if (args.some((arg) => /DNAT|REDIRECT|TEE|--gateway|dnat|redirect|mirred|forward-port|^dup$/.test(arg)))
      findings.unproven('destination_from_data');
    return undefined;
  }),
};

/** An option whose value is a command. */
function runsOption({ args, shell, findings }: Call, option: RegExp): string | undefined {
  args.forEach((arg, at) => {
    const found = option.exec(arg);
    if (found !== null) shell(found[1] ?? args[at + 1] ?? '');
  });
  if (args.some((arg) => arg.includes(unknownWords))) findings.unproven('program_from_data');
  return undefined;
}

function awk({ args, findings }: Call): string | undefined {
  const { operands, has, values } = optionsOf(args, {
    valued: '-F -v -f -i -e -E -l -o_ --assign --field-separator --file --source --include --exec --load',
    leading: true,
  });
  if (has('--version', '-V')) return undefined;
  const texts = [...values('-e', '--source'), ...(has('-e', '--source') ? [] : operands.slice(0, 1))];
  if (has('-f', '-i', '-E', '-l', '--file', '--include', '--exec', '--load')) findings.unproven('interpreter');
  for (const text of texts) {
    for (const found of text.matchAll(/\/inet[46]?\/(?:tcp|udp)\/\w*\/([^/"]+)\/(\w+)/g))
      findings.host(found[1] ?? '', 'awk /inet', { port: found[2] ?? '' });
    if (!isKnown(text) || runsMore(text)) findings.unproven('interpreter');
  }
  return undefined;
}

/** A program of awk that runs others, or writes to what it puts together. */
function runsMore(text: string): boolean {
  const bare = text
    .replace(/"(?:[^"\\]|\\[^])*"/g, '""')
    .replace(/(^|[(,~!{};&|]|\n)\s*\/(?:[^/\\\n]|\\.)*\//g, '$1')
    .replaceAll('||', ' ');
  return (
    /\bsystem\s*\(|\||\bgetline\b|\/inet|@|\bclose\s*\(|#/.test(bare) ||
    /\/inet/.test(text) ||
    /\bprintf?\b[^;}\n]*>\s*(?!"" *([;}\n]|$))(?!>\s*"" *([;}\n]|$))/.test(bare)
  );
}

function sed({ args, findings }: Call): string | undefined {
  const { operands, has, values } = optionsOf(
    args.map((arg) => (/^-i./.test(arg) ? '-i' : arg)),
    { valued: '-e -f -l --expression --file --line-length' },
  );
  if (has('-f', '--file')) findings.unproven('program_from_data');
  if (has('-i', '--in-place')) for (const file of operands) written(file, findings);
  const inOptions = has('-e', '--expression') || has('-f', '--file');
  for (const text of inOptions ? values('-e', '--expression') : operands.slice(0, 1))
    if (!has('--sandbox') && (!isKnown(text) || sedRuns(text)))
      findings.unproven(isKnown(text) ? 'interpreter' : 'program_from_data');
  if (!inOptions && operands[0]?.includes(unknownWords) === true) findings.unproven('program_from_data');
  return undefined;
}

/** Whether a script of sed has the command `e`, or `s///e`; what is not known of it may be one. */
function sedRuns(text: string): boolean {
  let runs = false;
  const without = text.replace(
    /(?<![a-zA-Z])([sy])([^\w\s\\])((?:(?!\2)[^\\]|\\[^])*)\2((?:(?!\2)[^\\]|\\[^])*)\2([a-zA-Z0-9\uE000\uE001]*)/g,
    (_, kind, _sign, _from, _to, flags) => {
      if (kind === 's' && /[e\uE000\uE001]/.test(String(flags))) runs = true;
      return '';
    },
  );
  const bare = without.replace(/\/(?:[^/\\]|\\[^])*\/I?/g, '').replace(/\\?[aic]\\?[ \t\n][^\n]*/g, '');
  return runs || /[e\uE000\uE001]/.test(bare);
}

const tarValued =
  '-f --file -C --directory -T --files-from -X --exclude-from -I --use-compress-program -F --info-script --new-volume-script -b -g -H -K -L -N -V --exclude --rsh-command --to-command --checkpoint-action --rmt-command --transform --strip-components --owner --group --mode --mtime --format';

function tar({ args, findings, shell }: Call): string | undefined {
  const [first = ''] = args;
  // The letters of old come without a dash.
  const dashed = /^[a-zA-Z]+$/.test(first) ? [`-${first}`, ...args.slice(1)] : [...args];
  const bundled = /^-([a-zA-Z]+)$/.exec(dashed[0] ?? '')?.[1] ?? '';
  const letters = first.startsWith('-') ? dashed : unbundled(bundled, dashed.slice(1));
  const { values, has, blurred } = optionsOf(letters, { valued: tarValued });
  if (!has('--force-local'))
    for (const file of values('-f', '--file')) {
      const remote = /^([^/:]+):/.exec(file);
      if (remote !== null) findings.host((remote[1] ?? '').replace(/^.*@/, ''), 'tar');
      else if (!isKnown(file.slice(0, 1))) findings.unproven('destination_from_data');
    }
  for (const text of values(
    '-I',
    '--use-compress-program',
    '-F',
    '--info-script',
    '--new-volume-script',
    '--rsh-command',
    '--to-command',
    '--rmt-command',
  ))
    shell(text);
  for (const action of values('--checkpoint-action')) if (action.startsWith('exec=')) shell(action.slice(5));
  if (blurred && args.some((arg) => arg.includes(unknownWords))) findings.unproven('program_from_data');
  return undefined;
}

/** `czfC a.tgz /x` → `-c -z -f a.tgz -C /x`. */
function unbundled(letters: string, rest: readonly string[]): readonly string[] {
  const left = [...rest];
  const valued = new Set(['f', 'C', 'T', 'X', 'I', 'F', 'b', 'g', 'H', 'K', 'L', 'N', 'V']);
  const spread = [...letters].flatMap((letter) =>
    valued.has(letter) ? [`-${letter}`, left.shift() ?? ''] : [`-${letter}`],
  );
  return [...spread, ...left];
}
