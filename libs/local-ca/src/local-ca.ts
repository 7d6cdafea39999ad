import 'reflect-metadata'; // before @peculiar/x509, whose injection needs it
import { randomBytes, webcrypto } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@inland/kernel';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface IssuedCertificate {
  /** PKCS #8. */
  readonly keyPem: string;
  readonly certPem: string;
}

/** A certificate authority of this machine's own. */
export interface LocalCa {
  readonly caPem: string;
  /** A server certificate for these DNS names and IP addresses, good for 90 days, with a new key. */
  issue(subject: {
    readonly names: readonly string[];
    readonly addresses: readonly string[];
  }): Promise<IssuedCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMillis = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
const serverDays = 90;
/** So that a clock that is a little behind takes a new certificate. */
const skewMillis = 60 * 60 * 1000;

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/**
 * Opens the authority that is kept in the folder, or makes one there at the first time (its key with mode 0600). Faults
 * with `misconfigured` when what is kept cannot be read.
 */
export async function openLocalCa({ folder }: { readonly folder: string }): Promise<LocalCa> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'local-ca.pem');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  const authority = await authorityOf(kept ?? (await keep(file, await createAuthority())), file);
  return {
    caPem: `${authority.certificate.toString('pem')}\n`,
    issue: ({ names, addresses }) => issue(authority, names, addresses),
  };
}

/** Puts the text into the file, unless another process was first; gives what is there. */
async function keep(file: string, text: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file, 'utf8');
}

async function createAuthority(): Promise<string> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=Inland local CA ${randomBytes(4).toString('hex')}`,
    ...validFor(authorityDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n${await pemOf(keys.privateKey)}`;
}

async function authorityOf(text: string, file: string): Promise<Authority> {
  try {
    const [certificatePem = '', keyPem = ''] = text.split(/(?=-----BEGIN PRIVATE KEY-----)/);
    const [key = new ArrayBuffer(0)] = PemConverter.decode(keyPem);
    return {
      certificate: new X509Certificate(certificatePem),
      key: await webcrypto.subtle.importKey('pkcs8', key, algorithm, false, ['sign']),
    };
  } catch (error) {
    throw new Fault('misconfigured', `the local CA in ${file} cannot be read`, { cause: error });
  }
}

async function issue(
  authority: Authority,
  names: readonly string[],
  addresses: readonly string[],
): Promise<IssuedCertificate> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0] ?? addresses[0] ?? 'inland'}`,
    issuer: authority.certificate.subject,
    ...validFor(serverDays),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
  return { certPem: `${certificate.toString('pem')}\n`, keyPem: await pemOf(keys.privateKey) };
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

const pemOf = async (key: webcrypto.CryptoKey): Promise<string> =>
  `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;

/** 20 bytes at most, positive (RFC 5280 §4.1.2.2). */
const serial = (): string => `01${randomBytes(15).toString('hex')}`;

function validFor(days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - skewMillis), notAfter: new Date(now + days * dayMillis) };
}
