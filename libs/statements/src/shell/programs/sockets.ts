import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { hostAndPort } from '../urls.ts';

/** Programs that open a connection to what they are told, and carry whatever is written to them. */
export const socketPrograms: Programs = {
  ...named('nc ncat netcat nc.openbsd nc.traditional', netcat),
  ...named('socat', socat),
  ...named('telnet', ({ args, findings, stdin }) => {
    const { operands } = optionsOf(args, { valued: '-b -e -l -n -S -X' });
    if (operands[0] === undefined) findings.unproven('interactive');
    else findings.host(operands[0], 'telnet', { port: operands[1] ?? '' });
    if (operands[0] !== undefined && stdin.kind === 'none') findings.unproven('interactive');
    return undefined;
  }),
  ...named('logger', ({ args, findings }) => {
    const { value } = optionsOf(args, {
      valued:
        '-n -P -p -t -u -f -S -e_ --server --port --priority --tag --socket --file --id_ --sd-id --sd-param --msgid',
    });
    const server = value('-n', '--server');
    if (server !== undefined) findings.host(server, 'logger -n', { port: value('-P', '--port') ?? '' });
    return undefined;
  }),
};

function netcat(call: Call): string | undefined {
  const { args, findings, shell, run, name } = call;
  const { operands, values, has, blurred } = optionsOf(args, {
    valued:
      '-c -e -g -G -i -I -M -m -O -o -p -P -q -s -T -V -w -W -X -x --exec --sh-exec --lua-exec --proxy --proxy-type --proxy-auth --source --source-port --wait --idle-timeout --delay --ssl-cert --ssl-key --output --max-conns --allow --deny',
  });
  if (blurred) findings.unproven('destination_from_data');
  for (const text of values('-c', '--sh-exec')) if (text !== '') shell(text, { kind: 'data' });
  for (const text of values('-e', '--exec')) if (text !== '') run(text.split(/\s+/), { kind: 'data' });
  if (has('--lua-exec')) findings.unproven('interpreter');
  for (const proxy of values('-x', '--proxy'))
    findings.host(hostAndPort(proxy).host, `${name} -x`, { port: hostAndPort(proxy).port });
  // Who listens sends to whoever comes.
  if (has('-l', '--listen')) findings.unproven('interpreter');
  if (has('-U', '--unixsock') || operands.length === 0) return undefined;
  const numbers = operands.length === 1 && /^\d{1,5}$/.test(operands[0] ?? '');
  if (!(has('-l', '--listen') && numbers)) findings.host(operands[0] ?? '', name, { port: operands[1] ?? '' });
  return undefined;
}

function socat(call: Call): string | undefined {
  const { args, findings, shell, run } = call;
  const { operands, blurred } = optionsOf(args, { valued: '-b -t -T -l_ -L -W -r -R' });
  if (blurred) findings.unproven('destination_from_data');
  for (const side of operands.flatMap((operand) => operand.split('!!'))) {
    const found = /^([a-z0-9_-]+)(?::([^]*))?$/i.exec(side);
    const type = (found?.[1] ?? '').toLowerCase();
    const rest = found?.[2] ?? '';
    if (!isKnown(side) && !isKnown(side.slice(0, 8))) findings.unproven('destination_from_data');
    if (/^(exec|system|shell)$/.test(type)) {
      const text = rest.replace(/,(?=[a-z-]+(=|,|$)).*$/, '').replace(/^(['"])([^]*)\1$/, '$2');
      if (type === 'exec') run(text.split(/\s+/), { kind: 'data' });
      else shell(text, { kind: 'data' });
    } else if (/listen|^(l|udp[46]?-recv\w*|vsock-listen)$|-l$/.test(type)) findings.unproven('interpreter');
    else if (
      /^(tcp|udp|sctp|dccp|udplite)[46]?(-connect|-sendto|-datagram)?$|^(openssl|ssl)(-connect|-dtls-client)?$|^(ip|ip4|ip6)-(sendto|datagram)$/.test(
        type,
      )
    ) {
      const { host, port } = hostAndPort(rest.split(',')[0] ?? '');
      findings.host(host, `socat ${type}`, { port });
    } else if (/^(socks\w*|proxy(-connect)?)$/.test(type)) {
      const [proxy = '', target = ''] = rest.split(':');
      findings.host(proxy, `socat ${type}`);
      findings.host(target, `socat ${type}`);
    } else if (/^(socket-\w+|sendto|tun|interface|ip-recv\w*|posixmq\w*)$/.test(type))
      findings.unproven('destination_from_data');
  }
  return undefined;
}
