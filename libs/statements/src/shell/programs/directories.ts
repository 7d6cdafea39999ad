import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { isUrl, placeOf } from '../urls.ts';

/** Lookups of names, echoes and directories: a name that is asked for, and a padding, can carry data. */
export const directoryPrograms: Programs = {
  ...named('dig kdig drill delv', dig),
  ...named('nslookup host', ({ name, args, findings, stdin }) => {
    const { operands } = optionsOf(args, {
      valued: name === 'host' ? '-t -c -N -R -W -m' : '',
      singleDash: name !== 'host',
    });
    const [asked, server] = operands;
    if (asked === undefined) findings.unproven(stdin.kind === 'none' ? 'interactive' : 'destination_from_data');
    else if (asked === '-') findings.unproven('interactive');
    else asks(asked, name, findings);
    if (server !== undefined) findings.host(server, name);
    return undefined;
  }),
  ...named('resolvectl systemd-resolve', ({ args, findings, name }) => {
    const [command = '', ...names] = args.filter((arg) => !arg.startsWith('-'));
    if (/^(query|service|openpgp|tlsa)$/.test(command)) for (const one of names) asks(one, name, findings);
    else if (command === 'dns' && names.length > 1) for (const server of names.slice(1)) findings.host(server, name);
    return undefined;
  }),
  ...named('getent', ({ args, findings }) => {
    if (/^(a?hosts(v[46])?|networks)$/.test(args[0] ?? ''))
      for (const one of args.slice(1)) asks(one, 'getent', findings);
    return undefined;
  }),
  ...named(
    'ping ping6 fping traceroute traceroute6 tracepath mtr tcptraceroute nmap hping3 arping nping tcping masscan',
    (call) => {
      const { name, args, findings } = call;
      const { operands, value, has, blurred } = optionsOf(args, {
        valued:
          '-c -i -I -s -t -W -w -p -Q -m -M -F -l -S -O_ -f -q -N -z -d_ -E --data --file -oN -oG -oX -iL --script',
      });
      const pattern = value('-p');
      if ((name.startsWith('ping') && pattern !== undefined && !isKnown(pattern)) || blurred)
        findings.unproven('destination_from_data');
      if (has('-iL', '--script', '-f') && name === 'nmap') findings.unproven('destination_from_data');
      for (const operand of operands)
        if (!/^\d{1,5}$/.test(operand) || operands.length === 1) findings.host(operand.replace(/\/\d+$/, ''), name);
      return undefined;
    },
  ),
  ...named('whois', ({ args, findings }) => {
    const { operands, value } = optionsOf(args, { valued: '-h -p --host --port' });
    if (value('-h', '--host') !== undefined)
      findings.host(value('-h', '--host') ?? '', 'whois', { port: value('-p', '--port') ?? '' });
    else findings.unproven('destination_from_data');
    if (operands.some((one) => !isKnown(one))) findings.unproven('destination_from_data');
    return undefined;
  }),
  ...named('finger', ({ args, findings }) => {
    for (const arg of args)
      if (arg.includes('@') || !isKnown(arg)) findings.host(arg.slice(arg.lastIndexOf('@') + 1), 'finger');
    return undefined;
  }),
  ...named('ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd ldapcompare', ({ args, findings, name }) => {
    const { value, blurred } = optionsOf(args, { valued: '-H -h -p -b -D -w -y -f -s -l -z -E -e -o -U -X -Y -a -F_' });
    if (blurred) findings.unproven('destination_from_data');
    const urls = value('-H');
    for (const url of urls?.split(/[\s,]+/) ?? [])
      if (!url.startsWith('ldapi:'))
        findings.host(isUrl(url) ? placeOf(url).host : url, name, { port: isUrl(url) ? placeOf(url).port : '' });
    if (value('-h') !== undefined) findings.host(value('-h') ?? '', name, { port: value('-p') ?? '' });
    if (urls === undefined && value('-h') === undefined) findings.unproven('destination_from_data');
    return undefined;
  }),
  ...named('snmpwalk snmpget snmpset snmptrap', ({ args, findings, name }) => {
    const { operands } = optionsOf(args, { valued: '-v -c -u -l -a -A -x -X -n -t -r -m -O_' });
    findings.host((operands[0] ?? '').replace(/^(udp|tcp)6?:/, '').replace(/:\d+$/, ''), name);
    return undefined;
  }),
  ...named('ntpdate chronyd sntp', ({ args, findings, name }) => {
    for (const arg of optionsOf(args, { valued: '-t -p -o' }).operands) findings.host(arg, name);
    return undefined;
  }),
};

/** A name that the resolver asks for: only one that is written out carries nothing. */
function asks(name: string, via: string, findings: Call['findings']): void {
  findings.host(name, via);
}

function dig(call: Call): string | undefined {
  const { args, findings, name } = call;
  let asked = false;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg.startsWith('@')) findings.host(arg.slice(1).replace(/#\d+$/, ''), `${name} @`);
    else if (/^-[fk]$/.test(arg)) findings.unproven('destination_from_data');
    else if (/^-[bpqtcyx]$/.test(arg)) {
      at += 1;
      if (arg === '-x' || arg === '-q') asks(args[at] ?? '', name, findings);
    } else if (/^[+-]/.test(arg)) continue;
    else if (
      !asked ||
      !/^(A|AAAA|ANY|MX|NS|TXT|SOA|CNAME|SRV|PTR|CAA|DS|DNSKEY|AXFR|NAPTR|TLSA|SVCB|HTTPS|IN|CH)$/i.test(arg)
    ) {
      asked = true;
      if (arg === '.') continue;
      asks(arg, name, findings);
    }
  }
  return undefined;
}
