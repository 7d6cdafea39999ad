import type { Algorithms, KexAlgorithm } from 'ssh2';

/** ML-KEM-768 beside X25519 (draft-ietf-sshm-mlkem-hybrid-kex), by patches/ssh2@1.17.0/key-exchange.patch. */
const postQuantum = 'mlkem768x25519-sha256' as KexAlgorithm;

/** AES-GCM alone and then counter mode, in this order: OpenSSH would else choose ChaCha20-Poly1305, slow in ssh2. */
const ciphers = {
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies Algorithms;

/** What is spoken with clients: no SHA-1, no CBC, no DSA, no curves of NIST's, nothing that ssh-audit finds fault with. */
export const clientAlgorithms = {
  ...ciphers,
  kex: [
    postQuantum,
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group16-sha512',
  ],
} satisfies Algorithms;

/** What is spoken with targets, some of which are old. */
export const targetAlgorithms = {
  ...ciphers,
  kex: [
    postQuantum,
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
} satisfies Algorithms;
