import { sorted, type Flags } from './flags.ts';
import { grantData, type GrantData } from './grant-data.ts';
import { placesIn } from './places/places-in.ts';
import { ruleData, type RuleData } from './rule-data.ts';
import { rulesAbout, selects } from './rules-about.ts';
import { resourcesOf, type World } from './world.ts';

interface TargetData {
  readonly region: string;
  readonly protocol: string;
  /** Its place is as declared, whatever can be seen. */
  readonly declared?: true;
  readonly policies: readonly string[];
  readonly grants: readonly string[];
  readonly mask: readonly string[];
  /** Time zones that grants about it speak of. */
  readonly zones?: readonly string[];
}

/** What the policy engine decides on: the world, with everything looked up that does not depend on who asks. */
export interface PolicyData {
  /** The country of each region. */
  readonly regions: Readonly<Record<string, string>>;
  /** The subdivision (ISO 3166-2) of each region that says one. */
  readonly subdivisions: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, TargetData>>;
  readonly policies: Readonly<Record<string, RuleData>>;
  readonly grants: Readonly<Record<string, GrantData>>;
  /** Some rule says from where recordings may be looked at. */
  readonly viewersBound: boolean;
}

export type { Flags };

/** Prepares a world for the engine. Equal worlds give equal data, in whatever order their resources came. */
export function policyData(world: World): PolicyData {
  const policies = resourcesOf(world, 'ResidencyPolicy');
  const grants = resourcesOf(world, 'AccessGrant');
  const masking = resourcesOf(world, 'MaskingRule');
  const regions = resourcesOf(world, 'Region');
  const placesOf = placesIn(world);
  const zonesOf = new Map(
    grants.map(({ metadata, spec }) => [metadata.name, (spec.when ?? []).map(({ zone }) => zone)]),
  );
  return {
    regions: Object.fromEntries(regions.map(({ metadata, spec }) => [metadata.name, spec.country])),
    subdivisions: Object.fromEntries(
      regions.flatMap(({ metadata, spec }) =>
        spec.subdivision === undefined ? [] : [[metadata.name, spec.subdivision]],
      ),
    ),
    targets: Object.fromEntries(
      resourcesOf(world, 'Target').map((target) => {
        const about = rulesAbout(target, policies, grants);
        const zones = sorted(about.grants.flatMap((name) => zonesOf.get(name) ?? []));
        return [
          target.metadata.name,
          {
            region: target.spec.region,
            protocol: target.spec.protocol,
            ...(target.spec.regionProof === 'declared' ? { declared: true as const } : {}),
            ...about,
            mask: sorted(
              masking.filter(({ spec }) => selects(spec.targets, target, true)).flatMap(({ spec }) => spec.detect),
            ),
            ...(zones.length === 0 ? {} : { zones }),
          },
        ];
      }),
    ),
    policies: Object.fromEntries(policies.map(({ metadata, spec }) => [metadata.name, ruleData(spec, placesOf)])),
    grants: Object.fromEntries(grants.map(({ metadata, spec }) => [metadata.name, grantData(spec)])),
    viewersBound: policies.some(({ spec }) => spec.require.viewer !== undefined),
  };
}
