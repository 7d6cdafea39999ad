import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf, type Options } from '../options.ts';
import { isUrl, placeOf } from '../urls.ts';
import { copyHost } from './remote-path.ts';

/** The command lines of clouds, and of those who speak their protocols. */
export const cloudPrograms: Programs = {
  ...named('aws awslocal', aws),
  ...named('gsutil', ({ args, findings }) => {
    const { operands } = optionsOf(args, { valued: '-h -o -u -p -l -c -d -t -r' });
    const option = args.filter((arg) => /gs_host|s3_host|proxy|gs_json_host/.test(arg));
    if (option.length > 0) findings.unproven('destination_from_data');
    buckets({ findings, operands: operands.slice(1), via: `gsutil ${operands[0] ?? ''}` });
    return undefined;
  }),
  ...named('gcloud bq', gcloud),
  ...named('az', az),
  ...named('azcopy', ({ args, findings }) => {
    const { operands } = optionsOf(args, {
      valued: '--from-to --exclude-pattern --include-pattern --log-level --put-md5_',
    });
    buckets({ findings, operands: operands.slice(1), via: `azcopy ${operands[0] ?? ''}` });
    return undefined;
  }),
  ...named('rclone', rclone),
  ...named('s3cmd s4cmd s5cmd', ({ name, args, findings }) => {
    const { operands, value } = optionsOf(args, {
      valued:
        '-c --config --host --host-bucket --region --bucket-location --access_key --secret_key -e --rexclude --exclude --endpoint-url --profile --numworkers',
    });
    const host = value('--host', '--endpoint-url');
    if (host !== undefined) findings.host(placeOf(host).host, name, { port: placeOf(host).port });
    const region = value('--region', '--bucket-location');
    const cloud = host === undefined && region !== undefined ? `aws:${region}` : undefined;
    if (value('-c', '--config') !== undefined) findings.unproven('destination_from_data');
    buckets({
      findings,
      operands: operands.slice(1),
      via: `${name} ${operands[0] ?? ''}`,
      ...(cloud === undefined ? {} : { region: cloud }),
    });
    return undefined;
  }),
  ...named('mc mcli', ({ args, findings }) => {
    const { operands } = optionsOf(args, { valued: '--config-dir -C --older-than --newer-than --limit-upload' });
    const [command, ...rest] = operands;
    const urls = rest.filter(isUrl);
    for (const url of urls) findings.host(placeOf(url).host, `mc ${command ?? ''}`, { port: placeOf(url).port });
    // Of `alias/bucket` a file knows where it is; so may a path be written.
    if (urls.length === 0 && rest.some((one) => !/^[./~]/.test(one))) findings.unproven('destination_from_data');
    return undefined;
  }),
};

interface BucketsIn {
  readonly findings: Call['findings'];
  readonly operands: readonly string[];
  readonly via: string;
  readonly region?: string;
}

/** Operands that are buckets, or hosts of a cloud; what is not known may be one. */
function buckets({ findings, operands, via, region }: BucketsIn): boolean {
  let found = false;
  for (const operand of operands) {
    const bucket = /^(s3|s3a|s3n|gs|oss|cos|minio):\/\/([^/]*)/i.exec(operand);
    if (bucket !== null) {
      found = true;
      findings.named(
        `${(bucket[1] ?? '').toLowerCase().replace(/^s3[an]$/, 's3')}://${bucket[2] ?? ''}`,
        via,
        'bucket',
        region,
      );
    } else if (isUrl(operand)) {
      found = true;
      const { host, port } = placeOf(operand);
      const account = /^([a-z0-9]{3,24})\.(?:blob|dfs|file|queue|table)\.core\.windows\.net$/i.exec(host)?.[1];
      if (account === undefined) findings.host(host, via, { port, ...(region === undefined ? {} : { region }) });
      else findings.named(`az://${account}`, via, 'bucket', region);
    } else if (/^[\uE000\uE001]/.test(operand)) findings.unproven('destination_from_data');
  }
  return found;
}

const awsValued =
  '--region --endpoint-url --profile --output --query --ca-bundle --cli-read-timeout --cli-connect-timeout --color --bucket --key --body --acl --sse --sse-kms-key-id --storage-class --exclude --include --expires-in --content-type --metadata --queue-url --message-body --topic-arn --message --function-name --payload --cli-input-json --cli-input-yaml --filters --instance-ids --destination --from --to --text --subject --stream-name --data --partition-key --table-name --item --name --secret-id --secret-string --log-group-name --log-stream-name --log-events --db-instance-identifier --source-region --copy-source --parameters --document-name --targets --cluster --service --username --user-name --role-arn --role-session-name --server-side-encryption --start-time --end-time --max-items --page-size --snapshot-id --export-task-identifier --s3-bucket-name --source-arn --iam-role-arn --kms-key-id --stack-name --template-body --template-file --s3-bucket';

function aws(call: Call): string | undefined {
  const { args, findings, scope, name } = call;
  const options = optionsOf(args, { valued: awsValued });
  const { operands, value, values, blurred } = options;
  const [service = '', command = ''] = operands;
  if (/^(configure|help|--version)$/.test(service) || service === '') return undefined;
  const via = `aws ${service} ${command}`.trim();
  const stated = value('--region') ?? oneOf(scope.get('AWS_REGION')) ?? oneOf(scope.get('AWS_DEFAULT_REGION'));
  if (stated !== undefined && !isKnown(stated)) findings.unproven('destination_from_data');
  const region = stated === undefined || !isKnown(stated) ? undefined : `aws:${stated}`;
  if (blurred || !isKnown(service)) findings.unproven('destination_from_data');
  const endpoint = value('--endpoint-url') ?? (name === 'awslocal' ? 'http://localhost:4566' : undefined);
  if (endpoint !== undefined)
    findings.host(placeOf(endpoint).host, `${via} --endpoint-url`, { port: placeOf(endpoint).port });
  if (values('--cli-input-json', '--cli-input-yaml').length > 0) findings.unproven('destination_from_data');
  const set = { findings, via, ...(region === undefined ? {} : { region }) };
  let found = buckets({ ...set, operands: operands.slice(2) });
  for (const bucket of values('--bucket', '--s3-bucket-name', '--s3-bucket')) {
    findings.named(`s3://${bucket}`, via, 'bucket', region);
    found = true;
  }
  for (const url of values('--queue-url')) {
    findings.host(placeOf(url).host, via);
    found = true;
  }
  if (command === 'start-session' || command === 'execute-command') findings.unproven('interactive');
  if (command === 'send-command') findings.unproven('program_from_data');
  if (!found && endpoint === undefined && isKnown(service))
    findings.host(
      region === undefined ? `${service}.amazonaws.com` : `${service}.${stated ?? ''}.amazonaws.com`,
      via,
      region === undefined ? {} : { region },
    );
  return undefined;
}

function oneOf(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}

function gcloud({ args, findings, name, shell }: Call): string | undefined {
  const options = optionsOf(args, {
    valued:
      '--project --zone --region --location --format --account --filter --impersonate-service-account --command --configuration --project_id --destination_format -p --topic --message --limit --cluster --instance --database --host -n --source --tag --machine-type',
  });
  const { operands, value, blurred } = options;
  if (blurred) findings.unproven('destination_from_data');
  const groups = operands.filter((one) => /^[a-z-]+$/.test(one)).slice(0, 2);
  const via = `${name} ${groups.join(' ')}`.trim();
  if (name === 'gcloud' && /^(config|auth|version|info|components|help)$/.test(operands[0] ?? 'help')) return undefined;
  const region = googleRegion(value('--region', '--location', '--zone'));
  const set = { findings, via, ...(region === undefined ? {} : { region }) };
  const found = buckets({ ...set, operands });
  if (operands[0] === 'compute' && operands[1] === 'scp') {
    for (const operand of operands.slice(2)) {
      const host = copyHost(operand);
      if (host !== undefined) findings.host(host, via, region === undefined ? {} : { region });
    }
    return undefined;
  }
  if (operands[0] === 'compute' && operands[1] === 'ssh') {
    findings.host((operands[2] ?? '').replace(/^.*@/, ''), via, region === undefined ? {} : { region });
    const command = value('--command');
    if (command === undefined) findings.unproven('interactive');
    else shell(command);
    return undefined;
  }
  if (!found && operands[0] !== undefined && !(operands[0] === 'storage' && operands.length > 2 && blurred))
    findings.host(
      name === 'bq' ? 'bigquery.googleapis.com' : `${operands[0]}.googleapis.com`,
      via,
      region === undefined ? {} : { region },
    );
  return undefined;
}

function googleRegion(place: string | undefined): string | undefined {
  return place === undefined || !isKnown(place)
    ? undefined
    : `gcp:${place.replace(/^([a-z]+-[a-z]+\d+)-[a-z]$/, '$1')}`;
}

function az({ args, findings }: Call): string | undefined {
  const { operands, value, values, blurred }: Options = optionsOf(args, {
    valued:
      '--account-name --account-key --sas-token --connection-string --container-name -c --name -n --file -f --source -s --destination -d --destination-container --destination-blob --source-uri -u --source-container --source-account-name --auth-mode --resource-group -g --subscription --location -l --output -o --query --vault-name --value --registry -r --image -t --overwrite --content-type --blob-url --destination-account-name --pattern',
  });
  if (/^(login|logout|account|version|configure|--version|help|upgrade|extension)$/.test(operands[0] ?? 'help'))
    return undefined;
  if (blurred) findings.unproven('destination_from_data');
  const via = `az ${operands.slice(0, 3).join(' ')}`;
  const place = value('--location', '-l');
  const region = place === undefined ? undefined : `azure:${place.toLowerCase().replaceAll(' ', '')}`;
  const accounts = values('--account-name', '--source-account-name', '--destination-account-name');
  for (const account of accounts) findings.named(`az://${account}`, via, 'bucket', region);
  for (const text of values('--connection-string')) {
    const account = /AccountName=([^;]+)/i.exec(text)?.[1];
    const endpoint = /BlobEndpoint=([^;]+)/i.exec(text)?.[1];
    if (endpoint !== undefined) findings.host(placeOf(endpoint).host, via);
    else if (account !== undefined) findings.named(`az://${account}`, via, 'bucket', region);
    else findings.unproven('destination_from_data');
  }
  const found = buckets({
    findings,
    via,
    operands: [
      ...operands,
      ...values('--source-uri', '-u', '--blob-url', '-d', '--destination', '-s', '--source').filter(isUrl),
    ],
    ...(region === undefined ? {} : { region }),
  });
  if (operands[0] === 'storage') {
    if (accounts.length === 0 && !found && value('--connection-string') === undefined)
      findings.unproven('destination_from_data');
  } else if (operands[0] === 'acr' && value('--registry', '-r') !== undefined)
    findings.host(`${value('--registry', '-r') ?? ''}.azurecr.io`, via);
  else if (!found) findings.host('management.azure.com', via, region === undefined ? {} : { region });
  if (/^(run-command|exec|ssh|aci)$/.test(operands[1] ?? '') || operands[0] === 'ssh') findings.unproven('interactive');
  return undefined;
}

function rclone({ args, findings, shell }: Call): string | undefined {
  const valued =
    '--config --transfers --checkers --bwlimit --include --exclude --filter --filter-from --log-file --log-level --s3-endpoint --s3-region --max-age --min-age --backup-dir --password-command --webdav-url --sftp-host --ftp-host --http-url';
  const { operands, value, values, blurred } = optionsOf(args, { valued });
  if (/^(version|help|config|listremotes)$/.test(operands[0] ?? 'help')) return undefined;
  const via = `rclone ${operands[0] ?? ''}`;
  if (blurred) findings.unproven('destination_from_data');
  if (value('--password-command') !== undefined) shell(value('--password-command') ?? '');
  for (const given of values('--s3-endpoint', '--webdav-url', '--sftp-host', '--ftp-host', '--http-url'))
    findings.host(placeOf(given).host, via);
  for (const operand of [...operands.slice(1), ...values('--backup-dir')]) {
    const remote = /^(:?[^/:]+?)(,[^]*)?:/.exec(operand);
    if (remote === null) continue;
    const hosts = [...operand.matchAll(/(?:endpoint|url|host)=(?:'([^']*)'|"([^"]*)"|([^,:]*))/g)].map(
      (found) => found[1] ?? found[2] ?? found[3] ?? '',
    );
    for (const host of hosts) findings.host(placeOf(host).host, via);
    findings.named(`rclone://${remote[1] ?? ''}`, via, 'bucket');
  }
  if (/^(serve|rcd|mount|gui)$/.test(operands[0] ?? '')) findings.unproven('interpreter');
  return undefined;
}
