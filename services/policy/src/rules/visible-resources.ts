import type { Resource } from '@inland/residency';

/** Who calls the API, as far as this service asks. */
export interface Caller {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
}

/** Grants name people: administrators and auditors see all of them, everybody else those that grant them something. */
export function visibleTo(caller: Caller, resources: readonly Resource[]): Resource[] {
  const seesAll = caller.roles.includes('administrator') || caller.roles.includes('auditor');
  return resources.filter(
    (resource) =>
      seesAll ||
      resource.kind !== 'AccessGrant' ||
      resource.spec.subjects.people.includes(caller.subject) ||
      resource.spec.subjects.groups.some((group) => caller.groups.includes(group)),
  );
}
