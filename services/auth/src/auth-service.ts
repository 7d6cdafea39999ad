import { systemClock } from '@inland/kernel';
import type { ServiceContext, ServiceDefinition, ServiceParts } from '@inland/service-host';
import { authConfigSchema, type AuthConfig } from './auth-config.ts';
import { AuthController } from './auth.controller.ts';
import { ConfiguredPeople } from './configured-people.ts';
import { SignIn } from './sign-in.ts';
import { publishSigningKey, signingKeyIn } from './signing-key.ts';
import { TokenIssuer } from './token-issuer.ts';
import { TokenLifetimes } from './token-lifetimes.ts';

class AuthModule {}

/** The auth service: who is known, by which keys, and the short-lived credentials that they get. */
export const authService: ServiceDefinition<AuthConfig> = {
  name: 'auth',
  configSchema: authConfigSchema,
  create: createAuth,
};

async function createAuth(context: ServiceContext, config: AuthConfig): Promise<ServiceParts> {
  const { log, coordination } = context;
  const view = await context.view();
  const source = `/inland/auth/${context.replica}`;
  const record = { log, view, source };
  const people = new ConfiguredPeople(config, record);
  await people.record();
  const signingKey = signingKeyIn(context.home);
  await publishSigningKey(record, signingKey);
  const perMinuteMax = config.attemptsPerMinuteMax;
  const issuer = new TokenIssuer({ ...record, coordination, signingKey, clock: systemClock, perMinuteMax });
  const signIn = new SignIn({ coordination, view, attemptsPerMinuteMax: perMinuteMax });
  const lifetimes = { apiSeconds: config.apiTokenSeconds, databaseSeconds: config.databaseTokenSeconds };
  return {
    modules: [
      {
        module: AuthModule,
        controllers: [AuthController],
        providers: [
          { provide: SignIn, useValue: signIn },
          { provide: TokenIssuer, useValue: issuer },
          { provide: ConfiguredPeople, useValue: people },
          { provide: TokenLifetimes, useValue: new TokenLifetimes(lifetimes) },
        ],
      },
    ],
    ready: async () => {
      const published = view.directory.signingKeys.has(signingKey.keyId);
      return published ? { ok: true } : { ok: false, reason: 'the signing key is not published' };
    },
    close: async () => undefined,
  };
}
