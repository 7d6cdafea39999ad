import { uuidv7 } from '@inland/kernel';
import { decodeJwt, errors, importJWK, jwtVerify, SignJWT, type CryptoKey, type JWK, type KeyObject } from 'jose';
import { principalBySubject, type Directory } from './directory.ts';

export type TokenAudience = 'api' | 'database';

const issuer = 'inland';
const algorithm = 'EdDSA';
/** How far clocks may be apart. */
const skewSeconds = 5;
const tokenCharactersMax = 4096;

export interface MintOptions {
  readonly privateKey: CryptoKey | KeyObject;
  readonly keyId: string;
  readonly subject: string;
  readonly audience: TokenAudience;
  readonly ttlSeconds: number;
  /** The only target that it opens; absent: any. */
  readonly target?: string;
  readonly nowMillis: number;
}

export interface MintedToken {
  /** A secret. */
  readonly token: string;
  readonly credentialId: string;
  readonly expiresAtMillis: number;
}

/** Signs a token (RFC 7519, EdDSA). */
export async function mintToken(options: MintOptions): Promise<MintedToken> {
  const credentialId = uuidv7();
  const now = Math.floor(options.nowMillis / 1000);
  const token = await new SignJWT(options.target === undefined ? {} : { target: options.target })
    .setProtectedHeader({ alg: algorithm, kid: options.keyId, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(options.audience)
    .setSubject(options.subject)
    .setJti(credentialId)
    .setIssuedAt(now)
    .setExpirationTime(now + options.ttlSeconds)
    .sign(options.privateKey);
  return { token, credentialId, expiresAtMillis: (now + options.ttlSeconds) * 1000 };
}

export type TokenProof =
  | {
      readonly kind: 'proven';
      readonly subject: string;
      readonly groups: readonly string[];
      readonly identityProvider: string;
      readonly credentialId: string;
      readonly boundTarget?: string;
    }
  | {
      readonly kind: 'unproven';
      readonly reason:
        | 'credential_missing'
        | 'credential_expired'
        | 'credential_invalid'
        | 'credential_revoked'
        | 'credential_unknown';
      readonly credentialId: string;
    };

/** Says who a token proves, with the groups that the directory knows now. Never rejects. */
export async function verifyToken(
  token: string,
  directory: Directory,
  options: { readonly audience: TokenAudience; readonly nowMillis: number },
): Promise<TokenProof> {
  if (token === '') return unproven('credential_missing');
  if (token.length > tokenCharactersMax) return unproven('credential_invalid');
  try {
    const { payload } = await jwtVerify(token, (header) => keyNamed(directory, header.kid), {
      algorithms: [algorithm],
      issuer,
      audience: options.audience,
      currentDate: new Date(options.nowMillis),
      clockTolerance: skewSeconds,
      requiredClaims: ['sub', 'jti', 'exp', 'iat'],
    });
    const credentialId = payload.jti ?? '';
    if (directory.revoked.has(credentialId)) return unproven('credential_revoked', credentialId);
    const principal = principalBySubject(directory, payload.sub ?? '');
    if (principal === undefined) return unproven('credential_unknown', credentialId);
    const target = payload['target'];
    return {
      kind: 'proven',
      subject: principal.subject,
      groups: principal.groups,
      identityProvider: principal.identityProvider,
      credentialId,
      ...(typeof target === 'string' ? { boundTarget: target } : {}),
    };
  } catch (error) {
    const expired = error instanceof errors.JWTExpired;
    return unproven(expired ? 'credential_expired' : 'credential_invalid', expired ? idOf(token) : '');
  }
}

async function keyNamed(directory: Directory, keyId: string | undefined): Promise<CryptoKey> {
  const jwk = directory.signingKeys.get(keyId ?? '');
  if (jwk === undefined) throw new errors.JWKSNoMatchingKey();
  return (await importJWK(JSON.parse(jwk) as JWK, algorithm)) as CryptoKey;
}

function unproven(reason: Extract<TokenProof, { readonly kind: 'unproven' }>['reason'], credentialId = ''): TokenProof {
  return { kind: 'unproven', reason, credentialId };
}

/** The id of a token whose signature was good but whose time is over. */
function idOf(token: string): string {
  return decodeJwt(token).jti ?? '';
}
