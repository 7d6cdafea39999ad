export { authService } from './auth-service.ts';
export { authConfigSchema, type AuthConfig, type ConfiguredPerson } from './auth-config.ts';
export { ConfiguredPeople, type PeopleSource } from './configured-people.ts';
export { SignIn, type SignInParts, type SignInRequest } from './sign-in.ts';
export { publishSigningKey, signingKeyIn, type SigningKey } from './signing-key.ts';
export { readSshKey, type SshPublicKey } from './ssh-keys.ts';
export { TokenIssuer, type IssuedToken, type TokenIssuerParts } from './token-issuer.ts';
