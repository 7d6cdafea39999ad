import { Fault } from '@inland/kernel';
import { z } from 'zod';

export interface PublishedRanges {
  /** As the file says it; empty where it does not. */
  readonly date: string;
  readonly entries: readonly { readonly cidr: string; readonly region: string }[];
}

/** AWS: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html */
const aws = z.object({
  createDate: z.string(),
  prefixes: z.array(z.object({ ip_prefix: z.string(), region: z.string() })),
  ipv6_prefixes: z.array(z.object({ ipv6_prefix: z.string(), region: z.string() })).default([]),
});
/** Google Cloud: https://www.gstatic.com/ipranges/cloud.json */
const google = z.object({
  creationTime: z.string(),
  prefixes: z.array(
    z.object({ ipv4Prefix: z.string().optional(), ipv6Prefix: z.string().optional(), scope: z.string() }),
  ),
});
/** Azure: the file of service tags (https://learn.microsoft.com/azure/virtual-network/service-tags-overview) */
const azure = z.object({
  changeNumber: z.number(),
  values: z.array(z.object({ name: z.string(), properties: z.object({ addressPrefixes: z.array(z.string()) }) })),
});
/** Oracle: https://docs.oracle.com/en-us/iaas/Content/General/Concepts/addressranges.htm */
const oracle = z.object({
  last_updated_timestamp: z.string(),
  regions: z.array(z.object({ region: z.string(), cidrs: z.array(z.object({ cidr: z.string() })) })),
});

/**
 * Reads a file of ranges as a cloud publishes it, or lines of `cidr,region`. Regions are named as Inland names them:
 * `aws:eu-central-1`. Faults with `misconfigured` where it is none of these.
 */
export function publishedRanges(text: string, file: string): PublishedRanges {
  if (!/^\s*\{/.test(text)) return linesOf(text, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Fault('misconfigured', `the address ranges ${file} are no JSON`, { cause: error });
  }
  const asAws = aws.safeParse(value);
  if (asAws.success) {
    const { createDate: date, prefixes, ipv6_prefixes: six } = asAws.data;
    const entries = [
      ...prefixes.map(({ ip_prefix: cidr, region }) => ({ cidr, region })),
      ...six.map(({ ipv6_prefix: cidr, region }) => ({ cidr, region })),
    ].filter(({ region }) => region !== 'GLOBAL');
    return { date, entries: named('aws', entries) };
  }
  const asGoogle = google.safeParse(value);
  if (asGoogle.success) {
    const { creationTime: date, prefixes } = asGoogle.data;
    const entries = prefixes
      .filter(({ scope }) => scope !== 'global')
      .flatMap(({ ipv4Prefix, ipv6Prefix, scope: region }) =>
        [ipv4Prefix, ipv6Prefix].filter((cidr) => cidr !== undefined).map((cidr) => ({ cidr, region })),
      );
    return { date, entries: named('gcp', entries) };
  }
  const asAzure = azure.safeParse(value);
  if (asAzure.success) {
    const { changeNumber, values } = asAzure.data;
    const entries = values.flatMap(({ name, properties }) => {
      const region = /^AzureCloud\.([a-z0-9]+)$/.exec(name)?.[1];
      return region === undefined ? [] : properties.addressPrefixes.map((cidr) => ({ cidr, region }));
    });
    return { date: `change ${changeNumber}`, entries: named('azure', entries) };
  }
  const asOracle = oracle.safeParse(value);
  if (asOracle.success) {
    const { last_updated_timestamp: date, regions } = asOracle.data;
    const entries = regions.flatMap(({ region, cidrs }) => cidrs.map(({ cidr }) => ({ cidr, region })));
    return { date, entries: named('oracle', entries) };
  }
  throw new Fault(
    'misconfigured',
    `${file} is no file of address ranges that AWS, Azure, Google Cloud or Oracle publish, nor lines of cidr,region`,
  );
}

const named = (provider: string, entries: PublishedRanges['entries']): PublishedRanges['entries'] =>
  entries.map(({ cidr, region }) => ({ cidr, region: `${provider}:${region}` }));

function linesOf(text: string, file: string): PublishedRanges {
  const entries = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [cidr = '', region = ''] = line.split(',').map((part) => part.trim());
      if (region === '') throw new Fault('misconfigured', `${file}: ${line} is no line of cidr,region`);
      return { cidr, region };
    });
  return { date: '', entries };
}
