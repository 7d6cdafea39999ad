/** How long tokens are good, in seconds. */
export class TokenLifetimes {
  readonly apiSeconds: number;
  readonly databaseSeconds: number;

  constructor(lifetimes: { readonly apiSeconds: number; readonly databaseSeconds: number }) {
    this.apiSeconds = lifetimes.apiSeconds;
    this.databaseSeconds = lifetimes.databaseSeconds;
  }
}
