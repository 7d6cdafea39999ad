import type { ControlEvent } from '@inland/events';

export interface Principal {
  readonly subject: string;
  readonly displayName: string;
  readonly groups: readonly string[];
  readonly identityProvider: string;
  readonly sshKeys: readonly { readonly fingerprint: string; readonly publicKey: string }[];
  /** Authorities whose SSH user certificates for the subject prove it: `TYPE BASE64` each. */
  readonly certificateAuthorities: readonly string[];
}

/** Who is known and which keys sign: a fold over control events. */
export interface Directory {
  readonly principals: ReadonlyMap<string, Principal>;
  /** Subject by key fingerprint (`SHA256:…`). */
  readonly sshKeys: ReadonlyMap<string, string>;
  /** Public JSON Web Key by key id. */
  readonly signingKeys: ReadonlyMap<string, string>;
  /** Ids of revoked credentials that would otherwise still be good. */
  readonly revoked: ReadonlySet<string>;
}

export const emptyDirectory: Directory = {
  principals: new Map(),
  sshKeys: new Map(),
  signingKeys: new Map(),
  revoked: new Set(),
};

/** The directory after an event; events about other things change nothing. */
export function evolveDirectory(directory: Directory, event: ControlEvent): Directory {
  switch (event.name) {
    case 'PrincipalRecorded': {
      const { subject, displayName, groups, identityProvider, sshKeys, certificateAuthorities } = event.data;
      const principal: Principal = {
        subject,
        displayName,
        groups: [...groups],
        identityProvider,
        sshKeys: sshKeys.map(({ fingerprint, publicKey }) => ({ fingerprint, publicKey })),
        certificateAuthorities: [...certificateAuthorities],
      };
      return withPrincipals(directory, new Map(directory.principals).set(subject, principal));
    }
    case 'PrincipalRemoved': {
      const principals = new Map(directory.principals);
      principals.delete(event.data.subject);
      return withPrincipals(directory, principals);
    }
    case 'SigningKeyPublished':
      return { ...directory, signingKeys: new Map(directory.signingKeys).set(event.data.keyId, event.data.publicJwk) };
    case 'SigningKeyRetired': {
      const signingKeys = new Map(directory.signingKeys);
      signingKeys.delete(event.data.keyId);
      return { ...directory, signingKeys };
    }
    case 'CredentialRevoked':
      return { ...directory, revoked: new Set(directory.revoked).add(event.data.credentialId) };
    default:
      return directory;
  }
}

/** A key proves the principal that was recorded with it last. */
function withPrincipals(directory: Directory, principals: ReadonlyMap<string, Principal>): Directory {
  const sshKeys = new Map<string, string>();
  for (const { subject, sshKeys: keys } of principals.values())
    for (const { fingerprint } of keys) sshKeys.set(fingerprint, subject);
  return { ...directory, principals, sshKeys };
}

export function principalBySubject(directory: Directory, subject: string): Principal | undefined {
  return directory.principals.get(subject);
}

export function principalBySshKey(directory: Directory, fingerprint: string): Principal | undefined {
  const subject = directory.sshKeys.get(fingerprint);
  return subject === undefined ? undefined : directory.principals.get(subject);
}
