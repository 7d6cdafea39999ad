import { named, type Programs } from '../program.ts';

const asks = /^(--version|-V|-v|--help|-h|-version)$/;

/** Programs in another language, which is not read here, and programs in which commands can be typed. */
export const interpreterPrograms: Programs = {
  ...named(
    'python pypy ipython perl ruby irb node nodejs deno bun tsx php lua luajit tclsh wish expect Rscript R julia ghci runghc scala groovy jshell java pwsh powershell osascript guile racket emacsclient gdb lldb make gmake cmake ninja rake just task ansible ansible-playbook ansible-console puppet chef-client salt salt-call terraform tofu terragrunt pulumi vagrant packer elixir iex erl swift dotnet mono gcc_ go cargo rustc mvn gradle sqlplus ed ex m4 bpftrace dtrace stap awk_',
    ({ args, findings, stdin }) => {
      if (args.length === 1 && asks.test(args[0] ?? '')) return undefined;
      findings.unproven(args.length === 0 && stdin.kind === 'none' ? 'interactive' : 'interpreter');
      return undefined;
    },
  ),
  ...named(
    'vi vim nvim view nano emacs pico joe mcedit micro visudo vipw less more man info most ranger nnn w3m_ bash-it',
    ({ args, findings, shell, name }) => {
      const pager = args.findIndex((arg) => /^(-P|--pager)/.test(arg));
      if (name === 'man' && pager >= 0) shell(args[pager]?.replace(/^(-P|--pager=?)/, '') || (args[pager + 1] ?? ''));
      if (!args.some((arg) => arg === '--version')) findings.unproven('interactive');
      return undefined;
    },
  ),
  ...named('sqlite3', ({ args, findings, stdin }) => {
    const operands = args.filter((arg) => !arg.startsWith('-'));
    if (
      args.some((arg) => /^-{1,2}(init|cmd)$/.test(arg)) ||
      args.some(
        (arg) =>
          /(^|\n)\s*\.|load_extension|edit\s*\(|writefile/.test(arg) &&
          !/^\.(tables|schema|dump|mode|headers|databases|indexes)\b/.test(arg) &&
          / |;|\(/.test(arg),
      )
    )
      findings.unproven('interpreter');
    else if (operands.length < 2 && !args.includes('--version'))
      findings.unproven(stdin.kind === 'none' ? 'interactive' : 'interpreter');
    return undefined;
  }),
};
