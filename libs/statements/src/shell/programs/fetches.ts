import { expandBraces } from '../braces.ts';
import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { hostAndPort, isUrl, markBraces, placeOf } from '../urls.ts';

/** Programs that speak HTTP, FTP and the like to the URLs that they are given. */
export const fetchPrograms: Programs = {
  ...named('curl curlie', curl),
  ...named('wget wget2', wget),
  ...named('http https xh xhs httpie', http),
  ...named('ftp lftp ncftp ncftpput ncftpget tnftp', ftp),
  ...named('tftp atftp', ({ args, findings, name, stdin }) => {
    const { operands, has } = optionsOf(args, { valued: '-m -l -r -g_ --option', leading: false });
    const [host = ''] = operands;
    findings.host(host, name, { port: /^\d+$/.test(operands[1] ?? '') ? (operands[1] ?? '') : '' });
    if (!has('-c', '-g', '-p', '--get', '--put') && stdin.kind === 'none') findings.unproven('interactive');
    return undefined;
  }),
  ...named(
    'aria2c axel lynx links elinks w3m ab hey wrk siege youtube-dl yt-dlp xmllint xsltproc grpcurl websocat wscat ffmpeg ffprobe',
    (call) => {
      const { name, args, findings } = call;
      const urls = args.map((arg) => arg.replace(/^-[\w-]*=/, '')).filter((arg) => /^[a-z][a-z0-9+.]*:\/\//i.test(arg));
      for (const url of urls) addUrl(call, url, name);
      const local = /^(xmllint|xsltproc|ffmpeg|ffprobe)$/.test(name);
      if (args.some((arg) => !isKnown(arg.slice(0, 1))) || (!local && urls.length === 0))
        findings.unproven('destination_from_data');
      if (/^(lynx|links|elinks|w3m)$/.test(name) && !args.some((arg) => /^-+(dump|source)/.test(arg)))
        findings.unproven('interactive');
      if (/^(youtube-dl|yt-dlp)$/.test(name) && args.includes('--exec')) findings.unproven('program_from_data');
      return undefined;
    },
  ),
};

const curlValued =
  '-A -b -c -C -d -D -e -E -F -H -h_ -K -m -o -P -Q -r -T -t -u -U -w -x -X -y -Y -z --url --data --data-raw --data-binary --data-ascii --data-urlencode --json --form --form-string --header --proxy-header --output --output-dir --request --user --user-agent --referer --cookie --cookie-jar --upload-file --proxy --preproxy --proxy-user --config --connect-to --resolve --max-time --connect-timeout --retry --retry-delay --retry-max-time --cacert --capath --cert --cert-type --key --key-type --pass --write-out --range --interface --dns-servers --doh-url --socks4 --socks4a --socks5 --socks5-hostname --unix-socket --abstract-unix-socket --limit-rate --continue-at --quote --time-cond --netrc-file --dump-header --trace --trace-ascii --stderr --ciphers --tls-max --max-redirs --mail-from --mail-rcpt --max-filesize --local-port --aws-sigv4 --oauth2-bearer --proto --proto-default --proto-redir --ftp-port --pinnedpubkey --noproxy --variable --url-query --engine --expect100-timeout --keepalive-time --speed-limit --speed-time --telnet-option --hostpubmd5 --krb --delegation --alt-svc --hsts --etag-save --etag-compare --ipfs-gateway --haproxy-clientip --service-name --login-options --sasl-authzid --rate --parallel-max --create-file-mode --crlfile --curves --egd-file --random-file --request-target --tlsuser --tlspassword --happy-eyeballs-timeout-ms';

function curl(call: Call): string | undefined {
  const { args, findings } = call;
  if (args.length === 1 && /^(--version|-V|--help|-h)$/.test(args[0] ?? '')) return undefined;
  const { operands, values, has, blurred } = optionsOf(args, { valued: curlValued });
  if (blurred) findings.unproven('destination_from_data');
  const urls = [...operands, ...values('--url', '--doh-url')];
  for (const url of urls)
    if (url.startsWith('@')) findings.unproven('destination_from_data');
    else
      for (const each of has('-g', '--globoff') ? [url] : (expandBraces(markBraces(url)) ?? ['\uE000']))
        addUrl(call, each, 'curl');
  for (const proxy of values(
    '-x',
    '--proxy',
    '--preproxy',
    '--socks4',
    '--socks4a',
    '--socks5',
    '--socks5-hostname',
    '--ipfs-gateway',
  ))
    if (proxy !== '') addUrl(call, proxy, 'curl --proxy');
  // What is asked of one host goes to another.
  for (const rule of values('--connect-to')) connected(rule.split(':').slice(2).join(':'), findings);
  for (const rule of values('--resolve'))
    for (const address of rule.replace(/^[+-]?(\[[^\]]*\]|[^:]*):[^:]*:/, '').split(','))
      findings.host(address, 'curl --resolve');
  for (const server of values('--dns-servers').flatMap((list) => list.split(',')))
    findings.host(hostAndPort(server).host, 'curl --dns-servers');
  if (has('-K', '--config', '--variable', '--expand-url', '--expand-data')) findings.unproven('destination_from_data');
  if (has('--engine')) findings.unproven('program_from_data');
  for (const [option] of args.map((arg) => /^--expand-/.exec(arg) ?? ['']))
    if (option !== '') findings.unproven('destination_from_data');
  // Long options may be shortened.
  for (const arg of args)
    if (/^--(ur|conf|prox|connect-t|resol)$/.test(arg.split('=')[0] ?? '')) findings.unproven('destination_from_data');
  if (urls.length === 0 && !has('-K', '--config') && !blurred) return undefined;
  return undefined;
}

function connected(place: string, findings: Call['findings']): void {
  const { host, port } = hostAndPort(place);
  if (host !== '') findings.host(host, 'curl --connect-to', { port });
}

function addUrl({ findings }: Call, url: string, via: string): void {
  const { scheme, host, port, doubtful } = placeOf(url);
  if (scheme === 'file') return;
  if (doubtful || /[{}]|\[(?![0-9a-f:.%]+\]$)/i.test(host)) findings.unproven('destination_from_data');
  if (!doubtful || isKnown(url)) findings.host(host, via, { port });
}

function wget(call: Call): string | undefined {
  const { args, findings, shell, assign } = call;
  const { operands, values, has, blurred, value } = optionsOf(args, {
    valued:
      '-O -o -a -i -B -t -T -w -Q -P -U -e -A -R -D -l -I -X --output-document --output-file --input-file --base --tries --timeout --wait --quota --directory-prefix --user-agent --execute --post-data --post-file --body-data --body-file --method --header --user --password --http-user --http-password --referer --load-cookies --save-cookies --ca-certificate --certificate --private-key --limit-rate --domains --exclude-domains --level --accept --reject --config --use-askpass --bind-address --ftp-user --ftp-password --dns-servers',
  });
  if (has('--version', '-V', '--help')) return undefined;
  if (blurred || has('-i', '--input-file', '--config')) findings.unproven('destination_from_data');
  for (const url of operands) addUrl(call, url, 'wget');
  for (const url of values('-B', '--base')) addUrl(call, url, 'wget');
  for (const setting of values('-e', '--execute')) {
    const found = /^\s*(\w+)\s*=\s*([^]*)$/.exec(setting);
    if (found !== null && /_proxy$/i.test(found[1] ?? '')) assign((found[1] ?? '').toLowerCase(), found[2] ?? '');
    else if (!/^\s*(robots|timeout|tries|use_proxy|check_certificate)\s*=/i.test(setting))
      findings.unproven('destination_from_data');
  }
  if (value('--use-askpass') !== undefined) shell(value('--use-askpass') ?? '');
  return undefined;
}

function http(call: Call): string | undefined {
  const { args, findings, name } = call;
  const { operands, values, blurred, has } = optionsOf(args, {
    valued:
      '-a -A -o -s -p --auth --auth-type --output --print --style --proxy --timeout --session --session-read-only --verify --cert --cert-key --max-redirects --format-options --raw --resolve --bearer --default-scheme',
  });
  if (has('--version')) return undefined;
  if (blurred) findings.unproven('destination_from_data');
  const [first = '', second] = operands;
  const url = /^[A-Z]+$/.test(first) && second !== undefined ? second : first;
  // `:/path` and `:3000` are this machine.
  if (/^:(\d*)(\/|$)/.test(url)) findings.host('localhost', name, { port: /^:(\d*)/.exec(url)?.[1] ?? '' });
  else addUrl(call, url, name);
  for (const proxy of values('--proxy'))
    addUrl(call, proxy.replace(/^(https?|all):(?=\w+:\/\/)/, ''), `${name} --proxy`);
  return undefined;
}

function ftp(call: Call): string | undefined {
  const { args, findings, stdin, name } = call;
  const { operands, values, has, blurred } = optionsOf(args, { valued: '-e -c -f -u -p -P -o --norc_ -s -d' });
  if (blurred) findings.unproven('destination_from_data');
  const commands = values('-e', '-c');
  const places = name.startsWith('ncftp') ? operands.slice(0, 1) : name === 'lftp' ? operands.slice(-1) : operands;
  const urls = places.filter((place, at) => at === 0 || isUrl(place));
  for (const place of urls) if (!/^\d+$/.test(place)) addUrl(call, place, name);
  for (const text of commands) {
    for (const found of text.matchAll(/\b(?:open|connect)\s+(?:-\w+\s+\S+\s+)*(\S+?)(?:[;\s]|$)/g))
      addUrl(call, found[1] ?? '', name);
    for (const found of text.matchAll(/[a-z]+:\/\/[^\s;'"]+/g)) addUrl(call, found[0], name);
    if (/!|\b(shell|source|local)\b/.test(text)) findings.unproven('program_from_data');
  }
  if (stdin.kind === 'text') {
    for (const found of stdin.text.matchAll(/^\s*(?:open|connect)\s+(\S+)/gm)) addUrl(call, found[1] ?? '', name);
    if (/^\s*[!|]|\|/m.test(stdin.text)) findings.unproven('program_from_data');
  } else if (has('-f') || stdin.kind === 'data') findings.unproven('destination_from_data');
  else if (commands.length === 0 && !urls.some(isUrl) && !/^ncftp.+/.test(name)) findings.unproven('interactive');
  return undefined;
}
