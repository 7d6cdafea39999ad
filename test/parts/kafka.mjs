// A real Kafka 4.1 for the tests, in KRaft mode on free ports of 127.0.0.1: one broker, or three.
//
//   node test/parts/kafka.mjs      brings the jars by Maven when they are missing
//   startKafka({ brokers })        runs a cluster; kill9(n) and restart(n) of one broker, freeze(n) and thaw(n)
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, closeSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const version = '4.1.0';
const jars = join(process.env.INLAND_PARTS ?? join(homedir(), '.cache/inland-parts'), `kafka-${version}`);
const clusterId = 'MkU3OEVBNTcwNTJENDM2Qk';

/** Brings the jars when they are missing; throws, saying what is needed, when it cannot. */
export async function installKafka() {
  for (const [command, name] of [
    ['java', 'openjdk-17-jre-headless'],
    ['mvn', 'maven'],
  ]) {
    if (existsSync(jars) && command === 'mvn') return;
    if (spawnSync(command, ['-version']).status === 0) continue;
    if (process.getuid?.() !== 0) throw new Error(`the tests of Kafka need ${command}: apt-get install ${name}`);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', name], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const making = `${jars}.${process.pid}`;
  await mkdir(making, { recursive: true });
  const args = ['-q', '-B', '-f', join(import.meta.dirname, 'kafka/pom.xml'), 'dependency:copy-dependencies'];
  execFileSync('mvn', [...args, `-DoutputDirectory=${making}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (existsSync(jars)) await rm(making, { recursive: true });
  else await rename(making, jars);
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', (failed) => resolve(!failed));
  });

/**
 * Another may take a free port before a broker has it: then it is tried again with others.
 * @param {{ brokers?: 1 | 3 }} options
 */
export async function startKafka({ brokers = 1 } = {}) {
  await installKafka();
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(brokers);
    } catch (error) {
      if (tries >= 2) throw error;
    }
  }
}

async function startOnce(count) {
  const folder = await mkdtemp(join(tmpdir(), 'inland-kafka-'));
  const ports = await freePorts(2 * count);
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: ports[2 * index],
    controllerPort: ports[2 * index + 1],
    child: undefined,
  }));
  const voters = nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(',');
  for (const { id, port, controllerPort } of nodes) {
    const settings = {
      'process.roles': 'broker,controller',
      'node.id': id,
      'controller.quorum.voters': voters,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      'log.dirs': join(folder, `data${id}`),
      'offsets.topic.replication.factor': count,
      'offsets.topic.num.partitions': 3,
      'transaction.state.log.replication.factor': count,
      'transaction.state.log.min.isr': count > 2 ? 2 : 1,
      'transaction.state.log.num.partitions': 3,
      'group.initial.rebalance.delay.ms': 0,
      'auto.create.topics.enable': false,
    };
    const text = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(folder, `${id}.properties`), `${text.join('\n')}\n`);
  }
  const properties = (id) => join(folder, `${id}.properties`);
  const java = (...args) => ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), ...args];
  const launch = async (node) => {
    const log = openSync(join(folder, `${node.id}.log`), 'a');
    node.child = spawn('java', java('kafka.Kafka', properties(node.id)), { stdio: ['ignore', log, log] });
    closeSync(log);
    for (let tries = 0; !(await accepts(node.port)); tries += 1) {
      if (node.child.exitCode !== null || tries > 600) {
        const said = await readFile(join(folder, `${node.id}.log`), 'utf8');
        throw new Error(`Kafka broker ${node.id} did not start: ${said.slice(-1000)}`);
      }
      await wait(100);
    }
  };
  const end = async (node, signal) => {
    if (node.child === undefined || node.child.exitCode !== null || node.child.signalCode !== null) return;
    const ended = once(node.child, 'exit');
    node.child.kill(signal);
    await ended;
  };
  const nodeNamed = (id) => nodes.find((node) => node.id === Number(id));
  const stop = async () => {
    await Promise.all(nodes.map((node) => end(node, 'SIGKILL')));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const { id } of nodes)
      execFileSync('java', java('kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties(id)), {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    await Promise.all(nodes.map(launch));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    /** Everything that the brokers write. */
    folder,
    brokers: nodes.map(({ port }) => `127.0.0.1:${port}`),
    kill9: (id) => end(nodeNamed(id), 'SIGKILL'),
    restart: (id) => launch(nodeNamed(id)),
    freeze: (id) => nodeNamed(id).child.kill('SIGSTOP'),
    thaw: (id) => nodeNamed(id).child.kill('SIGCONT'),
    stop,
  };
}

if (process.argv[1] === import.meta.filename) await installKafka();
