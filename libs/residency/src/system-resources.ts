/**
 * What Inland knows of the world before an operator says anything: the main regions of three clouds, from their public
 * region lists (2026), and the common jurisdictions. A region that is not here is unknown until somebody adds it.
 */
export const systemResourcesYaml = `apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:us-east-1' }
spec: { country: US, city: Virginia, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:us-east-2' }
spec: { country: US, city: Ohio, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:us-west-1' }
spec: { country: US, city: California, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:us-west-2' }
spec: { country: US, city: Oregon, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:ca-central-1' }
spec: { country: CA, city: Montreal, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:sa-east-1' }
spec: { country: BR, city: Sao Paulo, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-central-1' }
spec: { country: DE, city: Frankfurt, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-central-2' }
spec: { country: CH, city: Zurich, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-west-1' }
spec: { country: IE, city: Dublin, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-west-2' }
spec: { country: GB, city: London, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-west-3' }
spec: { country: FR, city: Paris, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-north-1' }
spec: { country: SE, city: Stockholm, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-south-1' }
spec: { country: IT, city: Milan, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:eu-south-2' }
spec: { country: ES, city: Aragon, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:ap-south-1' }
spec: { country: IN, city: Mumbai, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:ap-northeast-1' }
spec: { country: JP, city: Tokyo, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:ap-northeast-2' }
spec: { country: KR, city: Seoul, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:ap-southeast-1' }
spec: { country: SG, city: Singapore, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:ap-southeast-2' }
spec: { country: AU, city: Sydney, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:me-south-1' }
spec: { country: BH, city: Bahrain, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:me-central-1' }
spec: { country: AE, city: UAE, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:af-south-1' }
spec: { country: ZA, city: Cape Town, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'aws:il-central-1' }
spec: { country: IL, city: Tel Aviv, provider: aws }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:westeurope' }
spec: { country: NL, city: Netherlands, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:northeurope' }
spec: { country: IE, city: Ireland, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:germanywestcentral' }
spec: { country: DE, city: Frankfurt, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:francecentral' }
spec: { country: FR, city: Paris, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:swedencentral' }
spec: { country: SE, city: Gavle, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:switzerlandnorth' }
spec: { country: CH, city: Zurich, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:uksouth' }
spec: { country: GB, city: London, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:eastus' }
spec: { country: US, city: Virginia, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:westus2' }
spec: { country: US, city: Washington, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:canadacentral' }
spec: { country: CA, city: Toronto, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:centralindia' }
spec: { country: IN, city: Pune, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:japaneast' }
spec: { country: JP, city: Tokyo, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:australiaeast' }
spec: { country: AU, city: New South Wales, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'azure:brazilsouth' }
spec: { country: BR, city: Sao Paulo, provider: azure }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:europe-west1' }
spec: { country: BE, city: St. Ghislain, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:europe-west2' }
spec: { country: GB, city: London, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:europe-west3' }
spec: { country: DE, city: Frankfurt, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:europe-west4' }
spec: { country: NL, city: Eemshaven, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:europe-west6' }
spec: { country: CH, city: Zurich, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:europe-west9' }
spec: { country: FR, city: Paris, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:europe-north1' }
spec: { country: FI, city: Hamina, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:us-central1' }
spec: { country: US, city: Iowa, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:us-east4' }
spec: { country: US, city: Virginia, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:us-west1' }
spec: { country: US, city: Oregon, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:northamerica-northeast1' }
spec: { country: CA, city: Montreal, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:asia-northeast1' }
spec: { country: JP, city: Tokyo, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:asia-south1' }
spec: { country: IN, city: Mumbai, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:asia-southeast1' }
spec: { country: SG, city: Singapore, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:australia-southeast1' }
spec: { country: AU, city: Sydney, provider: gcp }
---
apiVersion: inland/v1
kind: Region
metadata: { name: 'gcp:southamerica-east1' }
spec: { country: BR, city: Sao Paulo, provider: gcp }
---
apiVersion: inland/v1
kind: Jurisdiction
metadata: { name: EU }
spec:
  description: Member states of the European Union
  countries: ['AT', 'BE', 'BG', 'HR', 'CY', 'CZ', 'DK', 'EE', 'FI', 'FR', 'DE', 'GR', 'HU', 'IE', 'IT', 'LV', 'LT', 'LU', 'MT', 'NL', 'PL', 'PT', 'RO', 'SK', 'SI', 'ES', 'SE']
  includes: []
---
apiVersion: inland/v1
kind: Jurisdiction
metadata: { name: EEA }
spec:
  description: The European Economic Area
  countries: ['IS', 'LI', 'NO']
  includes: [EU]
---
apiVersion: inland/v1
kind: Jurisdiction
metadata: { name: UK }
spec:
  description: The United Kingdom
  countries: ['GB']
  includes: []
---
apiVersion: inland/v1
kind: Jurisdiction
metadata: { name: DACH }
spec:
  description: Germany, Austria, Switzerland
  countries: ['DE', 'AT', 'CH']
  includes: []
`;
