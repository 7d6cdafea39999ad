import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { hostAndPort, isUrl, placeOf } from '../urls.ts';

const valued =
  '-s -a -A -b -c -r -S -u -q -H -e_ -f -F -i_ -m -X -O -o -N_ -R -p -t_ -l -j -h -C -Q -d --attach --subject --to --from --server --body --header --auth-user --auth-password --host --port --append --return-address -xu -xp -cc -bcc --account --file';

/** Programs that send mail: data goes to the domain of each address. */
export const mailPrograms: Programs = named(
  'mail mailx s-nail nail mutt neomutt sendmail exim exim4 msmtp ssmtp swaks sendemail mpack biff_',
  mail,
);

function mail(call: Call): string | undefined {
  const { name, args, findings, stdin } = call;
  const single = /^(swaks|sendemail)$/.test(name);
  const dashes = args.indexOf('--');
  const head = dashes < 0 ? args : args.slice(0, dashes);
  const { operands, values, has } = optionsOf(name === 'mutt' || name === 'neomutt' ? head : args, {
    valued,
    ...(single ? { singleDash: true } : {}),
  });
  const rest = dashes < 0 || !name.endsWith('mutt') ? [] : args.slice(dashes + 1);
  const copies = single ? values('-t', '--to', '-cc', '-bcc') : [...values('-c', '-b', '--to')];
  const addresses = [...operands, ...rest, ...copies]
    .flatMap((one) => one.split(/[,\s]+/))
    .filter((one) => one !== '' && !one.startsWith('-'));
  for (const address of addresses) toAddress(address, name, findings);
  for (const server of values('--server', '--host', ...(name === 'swaks' ? ['-s'] : [])))
    findings.host(hostAndPort(server).host, name, { port: hostAndPort(server).port });
  for (const setting of values('-S')) {
    const host = /^(?:smtp|mta)=([^]*)$/.exec(setting)?.[1];
    if (host !== undefined) findings.host(isUrl(host) ? placeOf(host).host : hostAndPort(host).host, name);
    else if (/^(sendmail|shell|PAGER|editor)/i.test(setting)) findings.unproven('program_from_data');
  }
  if (/^(sendmail|msmtp|exim4?)$/.test(name) && has('-t')) {
    if (stdin.kind === 'text')
      for (const found of stdin.text.matchAll(/^(?:to|cc|bcc):\s*([^\n]*)/gim))
        for (const one of (found[1] ?? '').split(',')) toAddress(one.trim(), name, findings);
    else findings.unproven('destination_from_data');
  }
  if (has('-C', '--file') && /^(sendmail|msmtp|exim4?)$/.test(name)) findings.unproven('destination_from_data');
  if (addresses.length === 0 && !has('-t') && values('--server').length === 0)
    findings.unproven(stdin.kind === 'none' ? 'interactive' : 'destination_from_data');
  if (stdin.kind === 'text' && /^(mail|mailx|s-nail|nail)$/.test(name) && /^~[!|<r:]/m.test(stdin.text))
    findings.unproven('program_from_data');
  return undefined;
}

function toAddress(address: string, name: string, findings: Call['findings']): void {
  const domain = /@([^@>\s]+)>?$/.exec(address)?.[1];
  if (domain !== undefined) findings.host(domain, name);
  // A name without a domain is delivered here, or where an alias says.
  else if (!isKnown(address)) findings.unproven('destination_from_data');
}
