import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamMasker, ValueMasker } from '@inland/masking';
import { CommandPlaces } from '@inland/command-places';
import { AddressResolver } from '@inland/place-evidence';
import { destinationRegion } from '@inland/residency';
import { loadShellReader, loadSqlParser } from '@inland/statements';
import { assertPortFree, type ServiceContext, type ServiceDefinition, type ServiceParts } from '@inland/service-host';
import { countBuffersAsHeap } from './buffers-as-heap.ts';
import { gatewayMetrics } from './gateway-metrics.ts';
import { LogApprovalDesk } from './log-approval-desk.ts';
import { KnownTargets } from './known-targets.ts';
import { EnforcementGateway } from './pipeline/enforcement-gateway.ts';
import { ReplicaLease } from './pipeline/replica-lease.ts';
import { PostgresListener } from './postgres/postgres-listener.ts';
import { identityOfCertificate, identityOfKey, identityOfToken, standingOf } from './proven-identity.ts';
import { proxyConfigSchema, type ProxyConfig } from './proxy-config.ts';
import { serverCertificate } from './server-certificate.ts';
import { sshAuthority } from './ssh-authority.ts';
import { knownHosts, sshHostCertificate } from './ssh-host-certificate.ts';
import { sshHostKeys } from './ssh-host-keys.ts';
import { TargetSights } from './target-sight.ts';
import { SshListener } from './ssh/ssh-listener.ts';

/** The proxy service: the only place where client bytes enter. */
export const proxyService: ServiceDefinition<ProxyConfig> = {
  name: 'proxy',
  configSchema: proxyConfigSchema,
  create: createProxy,
};

/** How often sessions that may be let be for a while only are looked at again. */
const timelyMillis = 5_000;

/** How often the certificate is made or read anew: a day. */
const certificateMillis = 24 * 60 * 60 * 1000;

async function createProxy(context: ServiceContext, config: ProxyConfig): Promise<ServiceParts> {
  countBuffersAsHeap();
  const { log, coordination, replica, region, logger, metrics, home } = context;
  await assertPortFree(config.ssh.host, config.ssh.port, 'INLAND_SSH_PORT');
  await assertPortFree(config.postgres.host, config.postgres.port, 'INLAND_POSTGRES_PORT');
  const view = await context.view();
  const authorityOf = (name: string) =>
    sshAuthority({ secret: `ssh-${name}-ca`, secrets: context.secrets, file: join(home, `proxy/ssh_${name}_ca`) });
  const targets = new KnownTargets(
    () => view.world,
    context.secrets,
    () => authorityOf('user'),
  );
  await authorityOf('user'); // it is there before somebody needs it, and is read anew for each session
  const world = () => view.world;
  const sights = new TargetSights(world, new AddressResolver(), context.addresses);
  const commands = new CommandPlaces(await loadShellReader(), world, context.addresses);
  const gateway = new EnforcementGateway({
    log,
    decider: view,
    replica,
    region,
    record: context.storeRegions,
    places: context.places,
    regionOf: (name) => targets.regionOf(name),
    destinationRegion: (target, host) => destinationRegion(view.world, target, host),
    resolveTarget: (name, login, session, address) => targets.resolve(name, login, session, address),
    look: (name) => sights.look(name),
    leadsOf: (target, request) => commands.leadsOf(target, { ...request, sql: request.statements?.leads }),
    maskText: (detectors) => {
      const masker = new ValueMasker(detectors);
      return (text) => masker.maskText(text);
    },
    observer: gatewayMetrics(metrics, logger),
    approvals: new LogApprovalDesk({ view, log, coordination, source: `/inland/proxy/${replica}` }),
    standingOf: (identity) => standingOf(view, identity),
  });
  view.onChange(() => void gateway.rulesChanged());
  const clock = setInterval(() => gateway.timePassed(), timelyMillis);
  clock.unref();
  const lease = await ReplicaLease.hold({
    coordination,
    replica,
    onLost: () => {
      logger.error('lost touch with the other replicas: ending sessions until it is back');
      gateway.stop('replica_isolated');
    },
    onRegained: () => {
      logger.info('in touch with the other replicas again');
      gateway.resume();
    },
  });
  const certificate = () => serverCertificate({ files: config.postgres.tls, names: config.postgres.names, home });
  const postgres = new PostgresListener({
    gateway,
    authenticate: (token) => identityOfToken(view, token),
    tls: await certificate(),
    proxies: config.postgres.proxies,
    host: config.postgres.host,
    port: config.postgres.port,
    limits: config.postgres,
    coordination,
    valueMask: (detectors) => new ValueMasker(detectors),
    sqlParser: await loadSqlParser(),
    logger,
  });
  const hostKeys = sshHostKeys(config.ssh.hostKeyFiles, home);
  const { hostNames } = config.ssh;
  const hostAuthority = hostNames.length === 0 ? undefined : await authorityOf('host');
  const hostCertificate = () =>
    hostAuthority && sshHostCertificate(hostAuthority, { hostKeys, names: hostNames, now: new Date() });
  const ssh = new SshListener({
    gateway,
    identify: async ({ fingerprint, certificate, address }) =>
      certificate === undefined
        ? identityOfKey(view, fingerprint)
        : identityOfCertificate(view, { certificate, fingerprint, address }, new Date()),
    hostKeys,
    hostCertificate: hostCertificate(),
    proxies: config.ssh.proxies,
    host: config.ssh.host,
    port: config.ssh.port,
    limits: config.ssh,
    createMasker: (detectors) => new StreamMasker(detectors),
    logger,
  });
  let listening = false;
  const renewal = setInterval(() => {
    const renewedForSsh = hostCertificate();
    if (renewedForSsh !== undefined) ssh.renewHostCertificate(renewedForSsh);
    certificate().then(
      (renewed) => postgres.renew(renewed),
      (error: unknown) => logger.error({ error: String(error) }, 'the certificate cannot be renewed'),
    );
  }, certificateMillis);
  renewal.unref();
  return {
    modules: [],
    start: async () => {
      await ssh.listen();
      const names = hostNames.length === 0 ? [config.ssh.host] : hostNames;
      const known = knownHosts({ names, port: ssh.port, hostKeys, authority: hostAuthority });
      await mkdir(join(home, 'proxy'), { recursive: true, mode: 0o700 });
      await writeFile(join(home, 'proxy/known_hosts'), known);
      await postgres.listen();
      listening = true;
      logger.info({ ssh: ssh.port, postgres: postgres.port }, 'listening');
    },
    addresses: () => ({ ssh: `${config.ssh.host}:${ssh.port}`, postgres: `${config.postgres.host}:${postgres.port}` }),
    ready: async () => {
      if (!listening) return { ok: false, reason: 'not listening yet' };
      if (!lease.held) return { ok: false, reason: 'out of touch with the other replicas' };
      return view.freshness().fresh ? { ok: true } : { ok: false, reason: 'the rules may be stale' };
    },
    close: async () => {
      clearInterval(renewal);
      clearInterval(clock);
      gateway.stop('gateway_stopping', false);
      const { graceMillis } = config;
      if (listening) await Promise.all([ssh.close({ graceMillis }), postgres.close({ graceMillis })]);
      await gateway.drained();
      await lease.release();
    },
  };
}
