import { named, type Call, type Programs } from '../program.ts';
import { optionsOf } from '../options.ts';
import { isUrl, placeOf } from '../urls.ts';

const quiet =
  /^(list|ls|show|info|search_|freeze|check|outdated_|why|config|help|version|-v|-V|--version|--help|policy|depends|rdepends|remove|purge|autoremove|clean|autoclean|mark|uninstall|view_|root|prefix|bin|query|whatprovides|history|repolist|leaves|deps|doctor|cache|completion|explain|licenses|env)$/;

/** Managers of packages: they fetch from where their configuration says, and run what they fetch. */
export const packagePrograms: Programs = {
  ...named('npm pnpm yarn npx pnpx bunx', node),
  ...named(
    'pip pipx uv poetry twine conda mamba gem bundle bundler composer cargo_ apt apt-get aptitude yum dnf zypper apk pacman brew snap flatpak nix nix-env port opam cpan cpanm luarocks rpm dnf5 microdnf',
    packages,
  ),
};

function node(call: Call): string | undefined {
  const { name, args, findings } = call;
  const { operands, values } = optionsOf(args, {
    valued: '--registry --prefix -w --workspace --tag --otp --userconfig -C --dir --cwd --access',
  });
  const [command = ''] = operands;
  if (args.length === 1 && /^(-v|--version|--help|-h)$/.test(args[0] ?? '')) return undefined;
  for (const registry of values('--registry'))
    findings.host(placeOf(registry).host, `${name} ${command}`, { port: placeOf(registry).port });
  if (
    /^(ls|list|root|prefix|bin|why|help|pack|version|explain|pkg|completion|fund_)$/.test(command) &&
    /^(npm|pnpm|yarn)$/.test(name)
  )
    return undefined;
  for (const operand of operands.slice(1))
    if (isUrl(operand)) findings.host(placeOf(operand.replace(/^git\+/, '')).host, `${name} ${command}`);
  if (
    /^(publish|unpublish|login|adduser|audit|view|info|search|outdated|whoami|ping|dist-tag|access|owner|token|deprecate)$/.test(
      command,
    )
  ) {
    if (values('--registry').length === 0) findings.unproven('destination_from_data');
  } else if (command === 'config') {
    if (operands[1] === 'set') findings.unproven('destination_from_data');
  } else findings.unproven('program_from_data');
  return undefined;
}

function packages(call: Call): string | undefined {
  const { name, args, findings } = call;
  const { operands, values } = optionsOf(args, {
    valued:
      '-i --index-url --extra-index-url -f --find-links --proxy --repository-url --host -s --source -o -c --trusted-host -r --requirement -t --target',
  });
  const [command = ''] = operands;
  const places = [
    ...values(
      '-i',
      '--index-url',
      '--extra-index-url',
      '-f',
      '--find-links',
      '--proxy',
      '--repository-url',
      '--host',
      '-s',
      '--source',
    ),
    ...operands.slice(1),
  ].filter((one) => isUrl(one.replace(/^git\+/, '')));
  for (const place of places) findings.host(placeOf(place.replace(/^git\+/, '')).host, `${name} ${command}`);
  if (values('-o').some((option) => /::|proxy/i.test(option)) || values('-c').length > 0)
    findings.unproven('program_from_data');
  if (name === 'rpm') {
    if (!args.some((arg) => /^(-q\w*|--query|-V\w*|--verify|-e|--erase|--version|-K|--checksig)$/.test(arg)))
      findings.unproven('program_from_data');
    return undefined;
  }
  if (
    quiet.test(command) ||
    (operands.length === 0 && args.some((arg) => /^--?(v|V|version|help|h|l|list|Q\w*)$/.test(arg)))
  )
    return undefined;
  if (places.length === 0 || !/^(upload|download|push)$/.test(command)) findings.unproven('destination_from_data');
  return undefined;
}
