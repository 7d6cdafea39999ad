import { isKnown } from '../marks.ts';
import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { isUrl, placeOf } from '../urls.ts';

/** Containers, their registries and their clusters. */
export const clusterPrograms: Programs = {
  ...named('docker podman nerdctl buildah', docker),
  ...named('docker-compose podman-compose', ({ args, findings }) => {
    const { operands } = optionsOf(args, { valued: '-f -p --file --project-name --profile --env-file' });
    if (!/^(ps|logs|config|images|top|version|stop|down|kill|rm|ls)$/.test(operands[0] ?? 'ps'))
      findings.unproven('unknown_program');
    return undefined;
  }),
  ...named('skopeo crane oras', skopeo),
  ...named('kubectl oc', kubectl),
  ...named('helm', ({ args, findings }) => {
    const { operands, value } = optionsOf(args, {
      valued:
        '--kube-context --kube-apiserver -n --namespace -f --values --set --version --repo --kubeconfig --timeout --post-renderer --password --username',
    });
    const [command = '', ...rest] = operands;
    if (/^(version|help|lint|package|create|dependency|env|completion)$/.test(command) && value('--repo') === undefined)
      return undefined;
    if (value('--post-renderer') !== undefined) findings.unproven('program_from_data');
    for (const url of [value('--repo'), ...rest.filter(isUrl)])
      if (url !== undefined) findings.host(placeOf(url).host, `helm ${command}`, { port: placeOf(url).port });
    if (!/^(repo|push|pull|registry|template|search|show)$/.test(command))
      contextOf({ findings, via: 'helm', context: value('--kube-context'), server: value('--kube-apiserver') });
    else if (command === 'registry') findings.host(rest[1] ?? '', 'helm registry');
    else if (!rest.some(isUrl) && /^(push|pull|search|show)$/.test(command) && value('--repo') === undefined)
      findings.unproven('destination_from_data');
    return undefined;
  }),
};

/** `registry.example:5000/name:tag`; without a host it is Docker's own. */
function registryOf(image: string): { readonly host: string; readonly port: string } {
  const [first = '', ...rest] = image.replace(/^[a-z-]+:\/\//, '').split('/');
  if (!isKnown(first)) return { host: first, port: '' };
  if (rest.length === 0 || !/[.:]|^localhost$/.test(first)) return { host: 'docker.io', port: '' };
  const colon = first.lastIndexOf(':');
  return colon < 0 ? { host: first, port: '' } : { host: first.slice(0, colon), port: first.slice(colon + 1) };
}

const globalValued = '-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey --url --connection';
const runValued =
  '-e --env -v --volume -p --publish --name -w --workdir -u --user --network --net --entrypoint --mount --env-file -h --hostname -m --memory --cpus --label -l --restart --add-host --dns --platform --pull --gpus --shm-size --cap-add --device --log-driver --log-opt --ip --link --tmpfs --volumes-from --detach-keys --index';

function docker(call: Call): string | undefined {
  const { name, args, findings, run } = call;
  const { operands, values } = optionsOf(args, { valued: globalValued, leading: true });
  for (const url of values('-H', '--host', '--url')) {
    if (/^(unix|fd|npipe):/.test(url) || url.startsWith('/')) continue;
    findings.host(placeOf(url).host, `${name} -H`, { port: placeOf(url).port });
  }
  for (const context of values('-c', '--context', '--connection'))
    if (context !== 'default') findings.named(`docker://${context}`, `${name} --context`, 'context');
  const [group = '', ...more] = operands;
  const grouped = /^(image|container|manifest|buildx|builder)$/.test(group);
  const command = grouped ? (more[0] ?? '') : group;
  const rest = grouped ? more.slice(1) : more;
  const via = `${name} ${command}`;
  switch (command) {
    case 'push':
    case 'pull': {
      const [image] = optionsOf(rest, { valued: '--platform --creds --authfile --cert-dir' }).operands.slice(-1);
      const { host, port } = registryOf(image ?? '');
      findings.host(host, via, { port });
      return undefined;
    }
    case 'login': {
      const [registry = 'docker.io'] = optionsOf(rest, { valued: '-u -p --username --password' }).operands;
      findings.host(placeOf(registry).host, via, { port: placeOf(registry).port });
      return undefined;
    }
    case 'exec': {
      const inner = optionsOf(rest, { valued: runValued, leading: true });
      const command = inner.operands.slice(1);
      if (command.length > 0) return run(command, inner.has('-i', '--interactive') ? call.stdin : undefined);
      return undefined;
    }
    case 'run':
    case 'create': {
      const inner = optionsOf(rest, { valued: runValued, leading: true });
      const [image = '', ...command] = inner.operands;
      findings.host(registryOf(image).host, via, { port: registryOf(image).port });
      findings.unproven('unknown_program');
      const entry = inner.value('--entrypoint');
      if (entry !== undefined) run([entry, ...command], call.stdin);
      else if (command.length > 0) run(command, call.stdin);
      return undefined;
    }
    case 'search':
      findings.host('docker.io', via);
      return undefined;
    case 'logout':
    case 'ps':
    case 'images':
    case 'ls':
    case 'logs':
    case 'inspect':
    case 'stats':
    case 'top':
    case 'version':
    case 'info':
    case 'stop':
    case 'start':
    case 'restart':
    case 'kill':
    case 'rm':
    case 'rmi':
    case 'tag':
    case 'cp':
    case 'diff':
    case 'events':
    case 'port':
    case 'pause':
    case 'unpause':
    case 'rename':
    case 'wait':
    case 'history':
    case 'save':
    case 'load':
    case 'export':
    case 'import':
    case 'commit':
    case 'system':
    case 'volume':
    case 'network':
    case 'prune':
    case '':
      for (const url of rest.filter((one) => isUrl(one) && command === 'import')) findings.host(placeOf(url).host, via);
      return undefined;
    case 'compose':
      if (
        !/^(ps|logs|config|images|top|version|stop|down|kill|rm|ls)$/.test(
          optionsOf(rest, { valued: '-f -p --file --project-name --profile --env-file' }).operands[0] ?? '',
        )
      )
        findings.unproven('unknown_program');
      return undefined;
    default:
      findings.unproven('unknown_program');
      return undefined;
  }
}

function skopeo({ name, args, findings }: Call): string | undefined {
  const { operands, blurred } = optionsOf(args, {
    valued:
      '--src-creds --dest-creds --authfile --src-tls-verify_ --format -f --creds --override-os --override-arch --policy --registries.d -u -p',
  });
  const [command = '', ...rest] = operands;
  if (blurred) findings.unproven('destination_from_data');
  for (const place of rest) {
    const image = /^docker:\/\/(.*)$/.exec(place)?.[1];
    if (image !== undefined || (!/^[a-z-]+:/.test(place) && (name !== 'skopeo' || command === 'login'))) {
      const { host, port } = command === 'login' ? placeOf(place) : registryOf(image ?? place);
      findings.host(host, `${name} ${command}`, { port });
    }
  }
  return undefined;
}

interface ContextIn {
  readonly findings: Call['findings'];
  readonly via: string;
  readonly context: string | undefined;
  readonly server: string | undefined;
}

function contextOf({ findings, via, context, server }: ContextIn): void {
  if (server !== undefined) findings.host(placeOf(server).host, via, { port: placeOf(server).port });
  else if (context !== undefined) findings.named(`kube://${context}`, via, 'context');
  else findings.unproven('destination_from_data');
}

const kubeValued =
  '--context --cluster --server -s -n --namespace --kubeconfig --user --token --as -f --filename -o --output -l --selector -c --container --image --tail --since --field-selector --type -p --patch --from-literal --from-file --replicas --timeout --port --target-port --request-timeout -k --kustomize --for --address --sort-by --certificate-authority';

function kubectl(call: Call): string | undefined {
  const { args, findings, run, stdin, name } = call;
  const dashes = args.indexOf('--');
  const { operands, value, values, has } = optionsOf(dashes < 0 ? args : args.slice(0, dashes), { valued: kubeValued });
  const [command = ''] = operands;
  if (
    /^(version|help|completion|explain|kustomize|plugin|options)$/.test(command) ||
    (command === 'config' && operands[1] !== undefined)
  )
    return undefined;
  contextOf({ findings, via: `${name} ${command}`, context: value('--context'), server: value('--server', '-s') });
  if (value('--kubeconfig') !== undefined || value('--cluster') !== undefined)
    findings.unproven('destination_from_data');
  for (const file of values('-f', '--filename'))
    if (isUrl(file)) findings.host(placeOf(file).host, `${name} ${command} -f`);
  if (/^(exec|run|debug)$/.test(command)) {
    const inner = dashes < 0 ? operands.slice(2) : args.slice(dashes + 1);
    if (command !== 'exec') {
      findings.unproven('unknown_program');
      const image = value('--image');
      if (image !== undefined) findings.host(registryOf(image).host, `${name} ${command}`);
    }
    if (inner.length > 0) return run(inner, has('-i', '--stdin') ? stdin : undefined);
    findings.unproven('interactive');
  } else if (/^(proxy|port-forward|attach|edit)$/.test(command)) findings.unproven('interactive');
  else if (
    !/^(get|describe|logs|top|cp|apply|delete|create|scale|rollout|label|annotate|patch|expose|set|auth|api-resources|api-versions|cluster-info|diff|drain|cordon|uncordon|taint|wait|events|autoscale|replace|certificate|login|project|whoami)$/.test(
      command,
    )
  )
    findings.unproven('unknown_program'); // a plugin
  return undefined;
}
