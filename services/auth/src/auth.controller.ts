import { Body, Controller, Delete, HttpCode, Ip, Param, Post } from '@nestjs/common';
import { Fault, isUuidv7 } from '@inland/kernel';
import { CurrentPrincipal, Public, Roles, checkedBody } from '@inland/service-host';
import { z } from 'zod';
import { ConfiguredPeople } from './configured-people.ts';
import { SignIn, signInSchema, type SignInRequest } from './sign-in.ts';
import { TokenIssuer, type IssuedToken } from './token-issuer.ts';
import { TokenLifetimes } from './token-lifetimes.ts';

const databaseTokenSchema = z.strictObject({ target: z.string().min(1).max(63).optional() });

interface Caller {
  readonly subject: string;
}

@Controller('api/v1/auth')
export class AuthController {
  readonly #signIn: SignIn;
  readonly #issuer: TokenIssuer;
  readonly #people: ConfiguredPeople;
  readonly #lifetimes: TokenLifetimes;

  constructor(signIn: SignIn, issuer: TokenIssuer, people: ConfiguredPeople, lifetimes: TokenLifetimes) {
    this.#signIn = signIn;
    this.#issuer = issuer;
    this.#people = people;
    this.#lifetimes = lifetimes;
  }

  /** A challenge to sign, good once and for a minute. */
  @Post('challenges')
  @HttpCode(200)
  @Public()
  async challenge(@Ip() address: string): Promise<{ readonly challenge: string }> {
    return { challenge: await this.#signIn.challenge(address) };
  }

  /** A token for this API, for who signs a challenge with a key that is known. */
  @Post('tokens')
  @HttpCode(200)
  @Public()
  async token(
    @Body({ schema: signInSchema, pipes: [checkedBody] }) request: SignInRequest,
    @Ip() address: string,
  ): Promise<IssuedToken & { readonly subject: string; readonly groups: readonly string[] }> {
    const { subject, groups } = await this.#signIn.prove(request, address);
    const issued = await this.#issuer.issue({ subject, audience: 'api', ttlSeconds: this.#lifetimes.apiSeconds });
    return { ...issued, subject, groups };
  }

  /** A password for database clients, for one target or for any. */
  @Post('database-tokens')
  @HttpCode(200)
  databaseToken(
    @Body({ schema: databaseTokenSchema, pipes: [checkedBody] }) { target }: z.output<typeof databaseTokenSchema>,
    @CurrentPrincipal() { subject }: Caller,
  ): Promise<IssuedToken> {
    return this.#issuer.issue({ subject, audience: 'database', ttlSeconds: this.#lifetimes.databaseSeconds, target });
  }

  @Delete('credentials/:id')
  @HttpCode(204)
  @Roles('administrator')
  async revoke(@Param('id') id: string, @CurrentPrincipal() { subject }: Caller): Promise<void> {
    if (!isUuidv7(id)) throw new Fault('invalid_argument', 'a credential id is a UUIDv7, as it stands in the record');
    await this.#issuer.revoke(id, subject);
  }

  /** Reads the people of the configuration again. */
  @Post('reload')
  @HttpCode(200)
  @Roles('administrator')
  async reload(): Promise<{ readonly recorded: number; readonly removed: number }> {
    try {
      return await this.#people.record();
    } catch (error) {
      const fault = Fault.from(error);
      // An administrator who asked for it may see what is wrong with the configuration.
      throw fault.code === 'misconfigured' ? new Fault('conflict', fault.message, { cause: fault }) : fault;
    }
  }
}
