// `npm run bench -- ssh`: OpenSSH's client to one and the same sshd, side by side in one run:
//
//   direct      no one between
//   jump        `ssh -J` through another sshd: nothing is decided or recorded there
//   inland      the listener and the pipeline as in production: each command decided by the real policy, durable in the
//               embedded log before it is forwarded, output recorded; nothing is masked
//   masked      the same, with e-mail addresses, cards and IBANs masked
//
// The same cipher and key exchange everywhere. Ratios are to the direct way. Clients, server and what is measured share this machine.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSshKeyPair } from '@inland/ssh-keys';
import { startSshd } from '../test/parts/sshd.mjs';
import { openGateway, plainAndMasked, region } from './setup/gateway.mjs';
import { startSsh } from './setup/listeners.mjs';

const cipher = 'aes128-gcm@openssh.com';
const kex = 'curve25519-sha256';

/** The listener over the real pipeline, the real policy and the embedded log. */
async function startInland({ folder, sshd, hostKey, fingerprint }) {
  const world = plainAndMasked({
    protocol: 'ssh',
    login: 'deploy',
    forbid: { operations: ['ssh.*'], matching: '(?i)s3://[^ ]*-us-' },
  });
  const resolveTarget = async (name) => ({
    name,
    region,
    host: sshd.host,
    port: sshd.port,
    login: { name: sshd.login, privateKey: sshd.privateKey },
    hostKeys: [sshd.hostKeyLine],
    tls: { mode: 'disable' },
  });
  return startSsh(await openGateway({ folder, world, resolveTarget }), { hostKey, fingerprint });
}

function configOf(name, { port, user, key, jump }) {
  const how = jump === undefined ? '' : ` ProxyJump ${jump}\n`;
  return `Host ${name}\n HostName 127.0.0.1\n Port ${port}\n User ${user}\n IdentityFile ${key}\n${how}`;
}

/** Starts everything; a way is the arguments of `ssh`, destination last. `close` ends it in reverse. */
async function openWays() {
  const folder = await mkdtemp(join(tmpdir(), 'inland-bench-ssh-'));
  const opened = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const each of opened.toReversed()) await each();
  };
  try {
    const [sshd, bastion] = [await startSshd(), await startSshd()];
    opened.push(() => sshd.stop());
    opened.push(() => bastion.stop());
    const [host, alice] = [newSshKeyPair(), newSshKeyPair()];
    const aliceKey = join(folder, 'alice');
    await writeFile(aliceKey, alice.private, { mode: 0o600 });
    const digest = createHash('sha256')
      .update(Buffer.from(alice.public.split(' ')[1], 'base64'))
      .digest('base64');
    const fingerprint = `SHA256:${digest.replace(/=+$/, '')}`;
    const inland = await startInland({ folder, sshd, hostKey: host.private, fingerprint });
    opened.push(() => inland.stop());
    const known = [
      [sshd.port, sshd.hostKeyLine],
      [bastion.port, bastion.hostKeyLine],
      [inland.port, host.public],
    ];
    await writeFile(join(folder, 'known'), known.map(([port, key]) => `[127.0.0.1]:${port} ${key}\n`).join(''));
    const target = { port: sshd.port, user: sshd.login, key: sshd.privateKeyFile };
    const config = [
      configOf('direct', target),
      configOf('bastion', { port: bastion.port, user: bastion.login, key: bastion.privateKeyFile }),
      configOf('jump', { ...target, jump: 'bastion' }),
      configOf('inland', { port: inland.port, user: 'deploy@plain', key: aliceKey }),
      configOf('masked', { port: inland.port, user: 'deploy@masked', key: aliceKey }),
      `Host *\n BatchMode yes\n IdentitiesOnly yes\n UserKnownHostsFile ${join(folder, 'known')}\n Ciphers ${cipher}\n KexAlgorithms ${kex}\n` +
        ' EscapeChar none\n IgnoreUnknown ObscureKeystrokeTiming\n ObscureKeystrokeTiming no\n ConnectTimeout 20\n',
    ];
    await writeFile(join(folder, 'config'), config.join(''));
    const ways = Object.fromEntries(
      ['direct', 'jump', 'inland', 'masked'].map((name) => [name, { ssh: ['-F', join(folder, 'config'), name] }]),
    );
    return { folder, ways, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs ssh to its end, with a file as its input if any. @returns {Promise<number>} milliseconds */
async function ssh(way, command, { flags = [], inputFile } = {}) {
  const startedAt = performance.now();
  const child = spawn('ssh', [...flags, ...way.ssh, command], {
    stdio: [inputFile === undefined ? 'ignore' : 'pipe', 'ignore', 'inherit'],
    timeout: 120_000,
  });
  if (inputFile !== undefined) createReadStream(inputFile, { highWaterMark: 256 * 1024 }).pipe(child.stdin);
  await ended(child, command);
  return performance.now() - startedAt;
}

/** Copies a file by sftp or scp, to its end. @returns {Promise<number>} milliseconds */
async function copy(way, program, from, to) {
  const startedAt = performance.now();
  const [flag, config, host] = way.ssh;
  const isUp = to.startsWith(':');
  const args =
    program === 'scp'
      ? [flag, config, '-q', isUp ? from : `${host}${from}`, isUp ? `${host}${to}` : to]
      : [flag, config, '-q', '-b', '-', host];
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'inherit'], timeout: 120_000 });
  const line = isUp ? `put ${from} ${to.slice(1)}` : `get ${from.slice(1)} ${to}`;
  child.stdin.on('error', () => undefined);
  child.stdin.end(program === 'sftp' ? `${line}\n` : '');
  await ended(child, program);
  return performance.now() - startedAt;
}

function ended(child, what) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ssh ${what} ended with ${code}`))));
  });
}

/** A person at a shell: one key, and only when its echo is there the next. @returns {Promise<number[]>} milliseconds */
async function type(way, { keys, enter }) {
  const child = spawn('ssh', ['-tt', ...way.ssh], { stdio: ['pipe', 'pipe', 'ignore'] });
  const over = ended(child, 'shell');
  over.catch(() => undefined);
  let wanted;
  let said = '';
  child.stdout.on('data', (chunk) => {
    said = (said + chunk.toString('latin1')).slice(-4096);
    if (wanted !== undefined && wanted.pattern.test(said)) {
      const { resolve } = wanted;
      wanted = undefined;
      resolve(performance.now());
    }
  });
  const answer = async (text, pattern) => {
    said = '';
    const startedAt = performance.now();
    const answered = new Promise((resolve) => (wanted = { pattern, resolve }));
    child.stdin.write(text);
    const at = await Promise.race([answered, over.then(() => Promise.reject(new Error('the shell ended')))]);
    return at - startedAt;
  };
  // A shell of known manners, and a prompt that nothing else looks like.
  await answer("PS1='re''ady>' exec sh\r", /ready>$/);
  const figures = [];
  for (let count = 0; count < keys; count += 1) {
    if (enter) figures.push(await answer(':\r', /ready>$/));
    else {
      figures.push(await answer('x', /x/));
      if (count % 50 === 49) await answer('\u0003', /ready>$/); // a fresh line
    }
  }
  await answer('\u0003', /ready>$/);
  child.stdin.write('exit 0\r');
  await over;
  return figures;
}

/** Text as logs have it: an e-mail address, a card or an IBAN in every fiftieth line. */
function logText(bytes) {
  const planted = ['mail to anne.example@harbour.example', 'card 4111 1111 1111 1111', 'iban DE89370400440532013000'];
  const lines = [];
  for (let size = 0, count = 0; size < bytes; count += 1) {
    const word = randomBytes(9).toString('hex');
    const what = count % 50 === 0 ? planted[(count / 50) % 3] : `request ${word} took ${count % 997} ms`;
    const line = `2026-11-23T12:00:00Z build-eu worker[${count % 64}]: ${what}\n`;
    lines.push(line);
    size += line.length;
  }
  return lines.join('').slice(0, bytes);
}

const quantile = (figures, q) => figures.toSorted((one, other) => one - other)[Math.floor(figures.length * q)];

/** The ways take turns, so that what else the machine does falls on all. */
async function inTurns(ways, rounds, measure) {
  const figures = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, way] of Object.entries(ways)) figures[name].push(...[await measure(way)].flat());
  return figures;
}

/** Prints a table, or JSON. */
export async function run({ json = false, rounds = 3, connects = 10, keys = 200, megabytes = 64, only = '' } = {}) {
  const { folder, ways, close } = await openWays();
  try {
    const file = join(folder, 'text');
    await writeFile(file, logText(megabytes * 1_000_000));
    for (const way of Object.values(ways)) await ssh(way, 'true'); // warm up
    const speed = async (way, command, options) => (megabytes * 1000) / (await ssh(way, command, options));
    const copied = async (way, ...args) => (megabytes * 1000) / (await copy(way, ...args));
    const half = { name: 'p50', q: 0.5 };
    const typing = [half, { name: 'p99', q: 0.99 }];
    const measures = [
      { name: 'connect, exec (ms)', rounds: connects, measure: (way) => ssh(way, 'true') },
      { name: 'key echo (ms)', rounds, of: typing, measure: (way) => type(way, { keys }) },
      { name: 'enter (ms)', rounds, of: typing, measure: (way) => type(way, { keys: keys / 2, enter: true }) },
      { name: 'output (MB/s)', rounds, measure: (way) => speed(way, `cat ${file}`) },
      { name: 'sftp get (MB/s)', rounds, measure: (way) => copied(way, 'sftp', `:${file}`, '/dev/null') },
      { name: 'sftp put (MB/s)', rounds, measure: (way) => copied(way, 'sftp', file, ':/dev/null') },
      { name: 'scp (MB/s)', rounds, measure: (way) => copied(way, 'scp', `:${file}`, join(folder, 'copied')) },
      { name: 'input (MB/s)', rounds, measure: (way) => speed(way, 'cat > /dev/null', { inputFile: file }) },
    ];
    const results = [];
    for (const { name, rounds: times, of = [half], measure } of measures) {
      if (!name.startsWith(only)) continue;
      const all = await inTurns(ways, times, measure);
      for (const { name: which, q } of of) {
        const figures = Object.fromEntries(Object.entries(all).map(([way, each]) => [way, quantile(each, q)]));
        const ratios = Object.fromEntries(Object.entries(figures).map(([way, each]) => [way, each / figures.direct]));
        results.push({ name: of.length > 1 ? `${name} ${which}` : name, figures, ratios });
      }
    }
    if (json)
      console.log(JSON.stringify({ bench: 'ssh', kex, cipher, rounds, connects, keys, megabytes, results }, null, 2));
    else print(results, Object.keys(ways), { rounds, connects, keys });
    return results;
  } finally {
    await close();
  }
}

function print(results, ways, { rounds, connects, keys }) {
  const cells = (name, each) => [name.padEnd(22), ...ways.map((way) => each(way).padStart(18))].join('');
  console.log(cells('', (way) => way));
  for (const { name, figures, ratios } of results)
    console.log(cells(name, (way) => `${figures[way].toFixed(figures[way] < 10 ? 2 : 1)} (${ratios[way].toFixed(2)})`));
  console.log(
    `medians of ${connects} connects, ${rounds} times ${keys} keys, ${rounds} transfers; ` +
      `in brackets the ratio to direct; ${kex} and ${cipher} everywhere`,
  );
}
