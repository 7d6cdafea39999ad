import {
  createParamDecorator,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ControlView } from '@inland/control-view';
import { verifyToken } from '@inland/identity';
import { Fault, systemClock } from '@inland/kernel';

export type Role = 'administrator' | 'auditor';

/** Who calls the API. */
export interface ApiPrincipal {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly roles: readonly Role[];
}

const publicKey = 'inland:public';
const rolesKey = 'inland:roles';

interface ApiRequest {
  readonly headers: { readonly authorization?: string };
  principal?: ApiPrincipal;
}

/** A route that asks for no token. */
export const Public = (): CustomDecorator => SetMetadata(publicKey, true);

/** A route for people who have one of these roles. */
export const Roles = (...roles: Role[]): CustomDecorator => SetMetadata(rolesKey, roles);

/** The person whose token came with the request. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): ApiPrincipal => {
  const { principal } = context.switchToHttp().getRequest<ApiRequest>();
  if (principal === undefined) throw new Fault('internal', 'a public route must not ask who calls it');
  return principal;
});

/** The groups that have each role. */
export type RoleGroups = Readonly<Record<'administrators' | 'auditors', readonly string[]>>;

/** Lets nobody through without a good token of the audience `api`, and the role that the route asks for. */
export class ApiGuard implements CanActivate {
  readonly #reflector = new Reflector();
  readonly #view: ControlView;
  readonly #groups: RoleGroups;

  constructor(view: ControlView, groups: RoleGroups) {
    this.#view = view;
    this.#groups = groups;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const places = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean | undefined>(publicKey, places) === true) return true;
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const [, token = ''] = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const proof = await verifyToken(token, this.#view.directory, { audience: 'api', nowMillis: systemClock.now() });
    if (proof.kind === 'unproven')
      throw new Fault(
        'unauthenticated',
        `no good token came with this request (${proof.reason}); get one at /api/v1/auth/tokens`,
      );
    const principal = { subject: proof.subject, groups: proof.groups, roles: this.#rolesOf(proof.groups) };
    request.principal = principal;
    const needed = this.#reflector.getAllAndOverride<Role[] | undefined>(rolesKey, places);
    if (needed !== undefined && !needed.some((role) => principal.roles.includes(role)))
      throw new Fault('permission_denied', `this needs the role ${needed.join(' or ')}; your groups do not have it`);
    return true;
  }

  #rolesOf(groups: readonly string[]): Role[] {
    const roles: Role[] = [];
    if (groups.some((group) => this.#groups.administrators.includes(group))) roles.push('administrator');
    if (groups.some((group) => this.#groups.auditors.includes(group))) roles.push('auditor');
    return roles;
  }
}
