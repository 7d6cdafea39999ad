/**
 * Azure's file of service tags shortens some names of regions; the names by which Azure has them otherwise
 * (https://learn.microsoft.com/azure/virtual-network/service-tags-overview, and the tags of the file itself: `ActionGroup.
 * GermanyWestCentral` has the region `germanywc`).
 */
const shortened: Readonly<Record<string, string>> = {
  brazilse: 'brazilsoutheast',
  centralfrance: 'francecentral',
  chilec: 'chilecentral',
  germanyn: 'germanynorth',
  germanywc: 'germanywestcentral',
  norwaye: 'norwayeast',
  norwayw: 'norwaywest',
  southfrance: 'francesouth',
  switzerlandn: 'switzerlandnorth',
  switzerlandw: 'switzerlandwest',
};

/** The usual name of a region of Azure. */
export function azureRegionName(name: string): string {
  const lower = name.toLowerCase();
  return shortened[lower] ?? lower;
}
