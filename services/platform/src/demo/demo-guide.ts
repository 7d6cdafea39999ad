/** What to paste to try the demo by hand. */
export function demoGuide(where: {
  /** As a person here would type it. */
  readonly home: string;
  readonly api: string;
  readonly sshPort: number;
  readonly postgresPort: number;
}): readonly string[] {
  const { home, api, sshPort, postgresPort } = where;
  const ssh = `-P ${sshPort} -i ${home}/demo/keys/alice -o UserKnownHostsFile=${home}/known_hosts`;
  const psql = (target: string): string =>
    `PGPASSWORD=$(npx inland token) psql "host=127.0.0.1 port=${postgresPort} user=app@${target} dbname=shop sslmode=verify-full sslrootcert=${home}/ca.pem"`;
  return [
    `Inland runs in aws:eu-central-1: API ${api}, SSH 127.0.0.1:${sshPort}, PostgreSQL 127.0.0.1:${postgresPort}.`,
    `All that it keeps is in ${home}; what it says of itself is in ${home}/inland.log.`,
    '',
    'In another terminal, as alice:',
    `  ssh ${ssh.replace('-P', '-p')} deploy@build-eu@127.0.0.1`,
    `  sftp ${ssh} deploy@build-eu@127.0.0.1`,
    `  ${psql('orders-eu')}`,
    `  ${psql('orders-us')}   # refused, with the reason`,
    '  npx inland targets',
    '  npx inland explain --to orders-us --login app',
    '  npx inland sessions',
    '  npx inland replay ID',
    '',
    'As olga, who administers and audits:',
    `  npx inland --identity ${home}/demo/keys/olga sessions --json`,
    `  npx inland --identity ${home}/demo/keys/olga get ResidencyPolicy`,
    '',
    'Ctrl-C stops it.',
  ];
}
