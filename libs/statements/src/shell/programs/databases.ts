import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf, type Options } from '../options.ts';
import { hostAndPort, isUrl, placeOf } from '../urls.ts';

const pgValued =
  '-h -p -U -d -c -f -o -v -F -R -P -T -L -t_ -n -N -Z -j -E -S --host --port --username --dbname --command --file --output --set --variable --format --jobs --schema --table --exclude-table --exclude-schema --exclude-table-data --compress --role --pset -D --pgdata --target --wal-method -X_ --label --role --superuser';
const myValued =
  '-h -P -u -D -e -S -B_ --host --port --user --database --execute --socket --protocol --where -w --result-file --defaults-file --defaults-extra-file --default-character-set --ignore-table --tab -T_ --ssl-ca --ssl-mode --login-path --init-command --plugin-dir --pager';

/** Clients of databases: the host of an option, a URI or a connection string, or this machine. */
export const databasePrograms: Programs = {
  ...named('psql', psql),
  ...named(
    'pg_dump pg_dumpall pg_restore pg_basebackup createdb dropdb createuser dropuser vacuumdb reindexdb clusterdb pg_isready pg_receivewal pg_recvlogical pgbench pg_amcheck',
    (call) => {
      const options = optionsOf(call.args, { valued: pgValued });
      if (call.args.some((arg) => /^(--version|-V|--help|-\?)$/.test(arg)) && call.args.length === 1) return undefined;
      if (call.name === 'pg_restore' && !options.has('-d', '--dbname', '-h', '--host')) return undefined;
      postgres(call, options);
      return undefined;
    },
  ),
  ...named('mysql mariadb mysqldump mariadb-dump mysqladmin mysqlimport mysqlshow mysqlcheck mycli', mysql),
  ...named('mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop', mongo),
  ...named('redis-cli valkey-cli', redis),
  ...named(
    'cqlsh clickhouse-client clickhouse influx sqlcmd bcp isql tsql duckdb etcdctl vault consul nomad kcat kafkacat kafka-console-producer kafka-console-consumer kafka-topics memcached-tool usql pgcli',
    others,
  ),
};

function postgres({ findings, name }: Call, { operands, value, values, blurred }: Options): void {
  if (blurred) findings.unproven('destination_from_data');
  const texts = [...values('-d', '--dbname'), ...operands.slice(0, 1)];
  const strings = texts.filter((text) => /^postgres(ql)?:\/\/|=/.test(text));
  for (const text of strings) connectionHosts(text, name, findings);
  if (texts.some((text) => !isKnown(text.slice(0, 1)))) findings.unproven('destination_from_data');
  const host = value('-h', '--host');
  if (host !== undefined) for (const one of host.split(',')) socketOrHost(one, value('-p', '--port'), name, findings);
  if (strings.some((text) => /service\s*=/.test(text))) findings.unproven('destination_from_data');
}

function socketOrHost(host: string, port: string | undefined, via: string, findings: Call['findings']): void {
  if (host.startsWith('/') || host === '') return;
  findings.host(host, via, { port: port ?? '' });
}

/** `postgresql://a:1,b:2/x?host=c` and `host=a hostaddr=1.2.3.4 port=1`. */
export function connectionHosts(text: string, via: string, findings: Call['findings']): void {
  for (const found of hostsOfConnection(text)) findings.host(found.host, via, { port: found.port });
}

function hostsOfConnection(text: string): readonly { readonly host: string; readonly port: string }[] {
  if (/^postgres(ql)?:\/\//i.test(text)) {
    const rest = text.replace(/^[a-z]+:\/\//i, '');
    const authority = rest.split(/[/?]/)[0] ?? '';
    const listed = authority
      .slice(authority.lastIndexOf('@') + 1)
      .split(',')
      .filter((one) => one !== '');
    const query = [...text.matchAll(/[?&](?:host|hostaddr)=([^&]*)/g)].flatMap((found) =>
      decode(found[1] ?? '').split(','),
    );
    return [...listed.map((one) => hostAndPort(decode(one))), ...query.map((host) => ({ host, port: '' }))].filter(
      ({ host }) => !host.startsWith('/'),
    );
  }
  const given = [...text.matchAll(/(?:^|\s)(?:host|hostaddr)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))/g)].flatMap((found) =>
    (found[1] ?? found[2] ?? '').split(','),
  );
  return given.filter((host) => host !== '' && !host.startsWith('/')).map((host) => ({ host, port: '' }));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function psql(call: Call): string | undefined {
  const { args, findings, stdin, shell } = call;
  const options = optionsOf(args, { valued: pgValued });
  if (args.length === 1 && options.has('--version', '-V', '--help', '-?')) return undefined;
  postgres(call, options);
  const texts = [...options.values('-c', '--command'), ...(stdin.kind === 'text' ? [stdin.text] : [])];
  for (const text of texts) metaCommands(text, call);
  for (const output of options.values('-o', '--output')) if (output.startsWith('|')) shell(output.slice(1));
  if (options.has('-f', '--file') || stdin.kind === 'data') findings.unproven('program_from_data');
  else if (texts.length === 0 && !options.has('-l', '--list')) findings.unproven('interactive');
  return undefined;
}

/** Commands of psql itself, and SQL that runs programs, beside the SQL, which another reader is for. */
function metaCommands(text: string, { findings, shell }: Call): void {
  if (!isKnown(text)) findings.unproven('program_from_data');
  for (const found of text.matchAll(/\\!\s*([^\n]*)/g)) shell(found[1] ?? '');
  for (const found of text.matchAll(/\\(?:o|out|g|gx|w|write)\s*\|\s*([^\n]*)/g)) shell(found[1] ?? '');
  for (const found of text.matchAll(/\bprogram\s+(?:E|U&)?'((?:[^']|'')*)'/gi))
    shell((found[1] ?? '').replaceAll("''", "'"));
  for (const found of text.matchAll(/\\(?:c|connect)\s+([^\n]*)/g)) {
    const words = (found[1] ?? '').trim().split(/\s+/);
    if (/^postgres(ql)?:\/\/|=/.test(words.join(' ')))
      connectionHosts(words.join(' ').replace(/^["']|["']$/g, ''), 'psql \\c', findings);
    else if (words[2] !== undefined && words[2] !== '-') findings.host(words[2], 'psql \\c');
  }
  if (/\\(i|ir|include|gexec|setenv|e|edit|ef|ev)\b|`|\bprogram\s+\$/i.test(text))
    findings.unproven('program_from_data');
  if (
    /\b(dblink\w*|create\s+(server|subscription)|aws_s3\w*|aws_lambda\w*|postgres_fdw\w*|lo_export|http_(get|post)|do\s+\$|language\s)/i.test(
      text,
    )
  )
    findings.unproven('interpreter');
}

function mysql(call: Call): string | undefined {
  const { args, findings, stdin, shell, name } = call;
  // -p has its value with it, or none.
  const { operands, value, values, has, blurred } = optionsOf(
    args.map((arg) => (/^-p./.test(arg) ? '-p' : arg)),
    { valued: myValued },
  );
  if (args.length === 1 && has('--version', '-V', '--help')) return undefined;
  if (blurred || has('--defaults-file', '--defaults-extra-file', '--login-path'))
    findings.unproven('destination_from_data');
  const uri = operands.find(isUrl);
  const host = uri === undefined ? value('-h', '--host') : placeOf(uri).host;
  if (host !== undefined) findings.host(host, name, { port: value('-P', '--port') ?? '' });
  if (has('--plugin-dir')) findings.unproven('program_from_data');
  if (value('--pager') !== undefined) shell(value('--pager') ?? '');
  if (!/^(mysql|mariadb|mycli)$/.test(name)) return undefined;
  const texts = [...values('-e', '--execute'), ...(stdin.kind === 'text' ? [stdin.text] : [])];
  for (const text of texts) {
    for (const found of text.matchAll(/(?:^|[;\n]|\\[gG])\s*(?:\\!|system\s)\s*([^\n]*)/gi)) shell(found[1] ?? '');
    if (!isKnown(text) || /(?:^|[;\n])\s*(\\\.|source\s|pager\s|\\P|tee\s)/i.test(text))
      findings.unproven('program_from_data');
    if (/sys_exec|sys_eval|federated|change\s+(master|replication)|install\s+(plugin|component)/i.test(text))
      findings.unproven('interpreter');
  }
  if (stdin.kind === 'data') findings.unproven('program_from_data');
  else if (texts.length === 0) findings.unproven('interactive');
  return undefined;
}

function mongo(call: Call): string | undefined {
  const { args, findings, name, stdin } = call;
  const { operands, value, has, blurred } = optionsOf(args, {
    valued:
      '-h -u -p -d -c -o -q --host --port --username --password --db --collection --uri --out --query --eval --authenticationDatabase --file --archive_ --config --type --fields -f',
  });
  if (args.length === 1 && has('--version')) return undefined;
  if (blurred || has('--config')) findings.unproven('destination_from_data');
  const uri = value('--uri') ?? operands.find(isUrl);
  const hosts = uri === undefined ? (value('--host', '-h') ?? '').replace(/^[^/]*\//, '') : placeList(uri);
  for (const one of hosts.split(','))
    if (one !== '')
      findings.host(hostAndPort(one).host, name, { port: hostAndPort(one).port || (value('--port') ?? '') });
  const [first] = operands;
  if (uri === undefined && hosts === '' && first !== undefined && /[.:]/.test(first) && !first.endsWith('.js'))
    findings.host(hostAndPort(first.split('/')[0] ?? '').host, name);
  if (/^mongo(sh)?$/.test(name))
    findings.unproven(
      has('--eval', '-f', '--file') || stdin.kind !== 'none' || operands.some((one) => one.endsWith('.js'))
        ? 'interpreter'
        : 'interactive',
    );
  return undefined;
}

function placeList(uri: string): string {
  const authority = uri.replace(/^[a-z+]+:\/\//i, '').split(/[/?]/)[0] ?? '';
  return authority.slice(authority.lastIndexOf('@') + 1);
}

function redis(call: Call): string | undefined {
  const { args, findings, name, stdin } = call;
  const { operands, value, has, blurred } = optionsOf(args, {
    valued:
      '-h -p -s -a -u -n -r -i --uri -d -D --user --pass --eval --cacert --cert --key --sni --rdb --functions-rdb --pattern',
    leading: true,
  });
  if (has('--version', '-v', '--help')) return undefined;
  if (blurred) findings.unproven('destination_from_data');
  const uri = value('-u', '--uri');
  if (uri !== undefined) findings.host(placeOf(uri).host, name, { port: placeOf(uri).port });
  else if (!has('-s')) findings.host(value('-h') ?? 'localhost', name, { port: value('-p') ?? '' });
  const words = operands.map((word) => word.toLowerCase());
  if (/^(slaveof|replicaof)$/.test(words[0] ?? '') && words[1] !== 'no')
    findings.host(operands[1] ?? '', `${name} replicaof`, { port: operands[2] ?? '' });
  if (words[0] === 'migrate') findings.host(operands[1] ?? '', `${name} migrate`, { port: operands[2] ?? '' });
  if (/^(eval|evalsha|fcall|script|function|module|debug)$/.test(words[0] ?? '') || has('--eval'))
    findings.unproven('interpreter');
  if (
    operands.length === 0 &&
    !has('--eval', '--rdb', '--scan', '--stat', '--latency', '--bigkeys', '--memkeys', '--hotkeys')
  )
    findings.unproven(stdin.kind === 'none' ? 'interactive' : 'program_from_data');
  return undefined;
}

function others(call: Call): string | undefined {
  const { args, findings, name, stdin } = call;
  const kafka = /^(kcat|kafkacat|kafka-)/.test(name);
  const { operands, value, has, blurred } = optionsOf(args, {
    valued: `${kafka ? '-b -t -X' : '-h -H -S -b -s -P'} --host --port --server --endpoints --address -address --bootstrap-server --broker-list --query -q -Q -e -u -p -U -d -t --user --password --database --topic`,
  });
  if (has('--version')) return undefined;
  if (blurred) findings.unproven('destination_from_data');
  const written =
    value('--host', '--server', '--endpoints', '--address', '-address', '--bootstrap-server', '--broker-list') ??
    (kafka ? value('-b') : value('-h', '-S', '-H', '-s')) ??
    (name === 'cqlsh' ? operands[0] : operands.find(isUrl));
  if (name === 'duckdb') findings.unproven('interpreter');
  else if (written === undefined) findings.unproven('destination_from_data');
  else
    for (const one of written.split(/[,;](?!\d+$)/)) {
      const place = isUrl(one) ? placeOf(one) : hostAndPort(one.replace(/,\d+$/, '').replace(/^tcp:/, ''));
      findings.host(place.host, name, { port: place.port });
    }
  if (/^(cqlsh|clickhouse.*|influx|sqlcmd|isql|tsql|usql|pgcli)$/.test(name) && !has('-e', '-q', '-Q', '--query'))
    findings.unproven(stdin.kind === 'none' ? 'interactive' : 'program_from_data');
  return undefined;
}
