import { Fault } from '@inland/kernel';
import { z } from 'zod';
import { azureRegionName } from './azure-region-names.ts';

/** What a file of address ranges says. */
export interface PublishedRanges {
  /** As Inland names it: `aws`; empty for lines of `cidr,region`. */
  readonly provider: string;
  /** As the file says it; empty where it does not. */
  readonly date: string;
  readonly ranges: readonly PublishedRange[];
}

export interface PublishedRange {
  readonly cidr: string;
  /** As Inland names it: `aws:eu-central-1`. Null: the range belongs to the cloud, and is in none of its regions. */
  readonly region: string | null;
}

/** AWS: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html */
const awsPrefix = z.object({
  region: z.string(),
  service: z.string().default(''),
  network_border_group: z.string().optional(),
});
const aws = z.object({
  createDate: z.string(),
  prefixes: z.array(awsPrefix.extend({ ip_prefix: z.string() })),
  ipv6_prefixes: z.array(awsPrefix.extend({ ipv6_prefix: z.string() })).default([]),
});

/**
 * In a region is what is announced there. `GLOBAL` is no region; a border group of its own is a Local or Wavelength Zone,
 * which may be in another country than its region (Warsaw belongs to eu-central-1); and the addresses of Global
 * Accelerator are announced everywhere.
 */
function awsRegion({
  region,
  service,
  network_border_group: group = region,
}: z.infer<typeof awsPrefix>): string | null {
  return region === 'GLOBAL' || group !== region || service === 'GLOBALACCELERATOR' ? null : `aws:${region}`;
}

function readAws({ createDate: date, prefixes, ipv6_prefixes: six }: z.infer<typeof aws>): PublishedRanges {
  const ranges = [
    ...prefixes.map((prefix) => ({ cidr: prefix.ip_prefix, region: awsRegion(prefix) })),
    ...six.map((prefix) => ({ cidr: prefix.ipv6_prefix, region: awsRegion(prefix) })),
  ];
  return { provider: 'aws', date, ranges };
}

/** Google Cloud: https://www.gstatic.com/ipranges/cloud.json (https://support.google.com/a/answer/10026322) */
const google = z.object({
  creationTime: z.string(),
  prefixes: z.array(
    z.object({ ipv4Prefix: z.string().optional(), ipv6Prefix: z.string().optional(), scope: z.string() }),
  ),
});

function readGoogle({ creationTime: date, prefixes }: z.infer<typeof google>): PublishedRanges {
  const ranges = prefixes.flatMap(({ ipv4Prefix, ipv6Prefix, scope }) =>
    [ipv4Prefix, ipv6Prefix]
      .filter((cidr) => cidr !== undefined)
      .map((cidr) => ({ cidr, region: scope === 'global' ? null : `gcp:${scope}` })),
  );
  return { provider: 'gcp', date, ranges };
}

/** Azure: ServiceTags_Public.json (https://learn.microsoft.com/azure/virtual-network/service-tags-overview) */
const azure = z.object({
  changeNumber: z.number(),
  values: z.array(
    z.object({
      name: z.string(),
      properties: z.object({ region: z.string().default(''), addressPrefixes: z.array(z.string()) }),
    }),
  ),
});

/**
 * A tag without a region holds what others hold too (`AzureCloud`: all of Azure), so it says nothing; but the addresses of
 * Front Door are announced everywhere.
 */
function readAzure({ changeNumber, values }: z.infer<typeof azure>): PublishedRanges {
  const ranges = values.flatMap(({ name, properties }) => {
    const region = properties.region || /^AzureCloud\.(\w+)$/.exec(name)?.[1];
    if (region === undefined && !name.startsWith('AzureFrontDoor.')) return [];
    const named = region === undefined ? null : `azure:${azureRegionName(region)}`;
    return properties.addressPrefixes.map((cidr) => ({ cidr, region: named }));
  });
  return { provider: 'azure', date: `change ${changeNumber}`, ranges };
}

/** Oracle: public_ip_ranges.json (https://docs.oracle.com/en-us/iaas/Content/General/Concepts/addressranges.htm) */
const oracle = z.object({
  last_updated_timestamp: z.string(),
  regions: z.array(z.object({ region: z.string(), cidrs: z.array(z.object({ cidr: z.string() })) })),
});

function readOracle({ last_updated_timestamp: date, regions }: z.infer<typeof oracle>): PublishedRanges {
  const ranges = regions.flatMap(({ region, cidrs }) =>
    cidrs.map(({ cidr }) => ({ cidr, region: `oracle:${region}` })),
  );
  return { provider: 'oracle', date, ranges };
}

const published = z.union([
  aws.transform(readAws),
  google.transform(readGoogle),
  azure.transform(readAzure),
  oracle.transform(readOracle),
]);

/**
 * Reads a file of ranges as a cloud publishes it, or lines of `cidr,region`. Faults with `misconfigured` where it is none
 * of these.
 */
export function publishedRanges(text: string, file: string): PublishedRanges {
  if (!/^\s*[[{]/.test(text)) return readLines(text, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Fault('misconfigured', `the address ranges ${file} are no JSON: download the file again`, {
      cause: error,
    });
  }
  const parsed = published.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault(
    'misconfigured',
    `${file} is no file of address ranges: name one that AWS, Azure, Google Cloud or Oracle publish (ip-ranges.json, ` +
      'ServiceTags_Public.json, cloud.json, public_ip_ranges.json), or one with lines of cidr,region',
  );
}

/** Lines of `cidr,region`, the region as Inland names it; `#` begins a line that says nothing. */
function readLines(text: string, file: string): PublishedRanges {
  const ranges = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && line !== 'cidr,region')
    .map((line) => {
      const [cidr = '', region = '', ...more] = line.split(',').map((part) => part.trim());
      if (more.length > 0 || !/^[\w.:-]{1,63}$/.test(region))
        throw new Fault(
          'misconfigured',
          `the address ranges ${file}: ${line} is no line of cidr,region such as 192.0.2.0/24,hetzner:fsn1`,
        );
      return { cidr, region };
    });
  return { provider: '', date: '', ranges };
}
