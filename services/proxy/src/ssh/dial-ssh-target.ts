import ssh2, {
  type AuthenticationType,
  type ConnectConfig,
  type PublicKeyAuthMethod,
  type ServerHostKeyAlgorithm,
} from 'ssh2';
import type { ResolvedTarget } from '../pipeline/gateway.ts';
import { fingerprintOf } from './key-proof.ts';
import { targetAlgorithms } from './ssh-algorithms.ts';
import { withCertificate } from './with-certificate.ts';

export type SshDialResult =
  | { readonly kind: 'open'; readonly client: ssh2.Client; readonly hostKey: string }
  | {
      readonly kind: 'failed';
      readonly code: 'target_unreachable' | 'target_credential_refused' | 'target_identity_changed';
      readonly message: string;
    };

/**
 * Connects and logs in at a target. Its host key must be one of those that the Target names: else nothing is sent to it,
 * neither credential nor command. Never rejects.
 */
export function dialSshTarget(target: ResolvedTarget, millisMax: number): Promise<SshDialResult> {
  const known = target.hostKeys.map((line) => line.split(' ')[1] ?? '');
  return new Promise((resolve) => {
    const client = new ssh2.Client();
    let shown = '';
    let denied = false;
    const deadline = setTimeout(() => fail(), millisMax + 1_000);
    const fail = (error?: Error & { readonly level?: string }): void => {
      clearTimeout(deadline);
      client.end();
      client.destroy();
      resolve(failure(target, { denied, shown, refused: error?.level === 'client-authentication' }));
    };
    client.on('error', fail); // stays: a client without a listener for errors ends the process
    client.once('close', () => fail());
    client.once('ready', () => {
      clearTimeout(deadline);
      resolve({ kind: 'open', client, hostKey: shown });
    });
    const { name, privateKey, password, certificate } = target.login;
    // Servers with PAM may ask for the password this way alone.
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) =>
      finish(prompts.map(() => password ?? '')),
    );
    try {
      client.connect({
        host: target.address ?? target.host,
        port: target.port,
        username: name,
        ...(privateKey === undefined ? {} : certifiedKey(name, privateKey, certificate)),
        ...(password === undefined ? {} : { password, tryKeyboard: true }),
        readyTimeout: millisMax,
        keepaliveInterval: 30_000,
        keepaliveCountMax: 3,
        algorithms: { ...targetAlgorithms, serverHostKey: hostKeyAlgorithms(target.hostKeys) },
        hostVerifier: (key: Buffer) => {
          shown = fingerprintOf(key);
          denied = !known.includes(key.toString('base64'));
          return !denied;
        },
      });
    } catch {
      fail(); // a private key that cannot be read
    }
  });
}

/** With a certificate, the key is shown by it and not by itself. */
function certifiedKey(username: string, privateKey: string, certificate: string | undefined): Partial<ConnectConfig> {
  if (certificate === undefined) return { privateKey };
  const certified: PublicKeyAuthMethod = { type: 'publickey', username, key: withCertificate(privateKey, certificate) };
  return { authHandler: [certified as AuthenticationType & PublicKeyAuthMethod] };
}

/** The server is asked for a key of a kind that is known, where it has several. */
function hostKeyAlgorithms(lines: readonly string[]): ServerHostKeyAlgorithm[] {
  const kinds = new Set(lines.map((line) => line.split(' ')[0] ?? ''));
  const wanted = [...kinds].flatMap((kind) => (kind === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [kind]));
  const others = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512'];
  const all = [...wanted, ...others.filter((one) => !wanted.includes(one))] as ServerHostKeyAlgorithm[];
  return all.filter((one) => supported.has(one));
}

const supported = new Set<string>([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]);

function failure(
  target: ResolvedTarget,
  how: { readonly denied: boolean; readonly shown: string; readonly refused: boolean },
): SshDialResult {
  if (how.denied) {
    const expected = target.hostKeys.map((line) => fingerprintOf(Buffer.from(line.split(' ')[1] ?? '', 'base64')));
    const message = `the target shows the host key ${how.shown} and must show ${expected.join(' or ') || 'one that its Target resource names'}, so nothing was sent to it. Tell your platform team.`;
    return { kind: 'failed', code: 'target_identity_changed', message };
  }
  if (how.refused)
    return {
      kind: 'failed',
      code: 'target_credential_refused',
      message: "the target does not accept the gateway's credential; your platform team must renew it.",
    };
  return { kind: 'failed', code: 'target_unreachable', message: 'the target cannot be reached right now.' };
}
