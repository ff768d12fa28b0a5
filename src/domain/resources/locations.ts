import { Problem } from '#model/problem.ts'
import { lookUp } from '#model/names.ts'

export interface Region {
  readonly displayName: string
  readonly geographyGroup: string
}

/** Where resources can be: `local`, and Azure's public regions so that templates written for Azure run (identity-and-arm.md 2.5). */
export const regions: Readonly<Record<string, Region>> = {
  local: { displayName: 'Local', geographyGroup: 'Local' },
  eastus: { displayName: 'East US', geographyGroup: 'US' },
  eastus2: { displayName: 'East US 2', geographyGroup: 'US' },
  centralus: { displayName: 'Central US', geographyGroup: 'US' },
  northcentralus: { displayName: 'North Central US', geographyGroup: 'US' },
  southcentralus: { displayName: 'South Central US', geographyGroup: 'US' },
  westcentralus: { displayName: 'West Central US', geographyGroup: 'US' },
  westus: { displayName: 'West US', geographyGroup: 'US' },
  westus2: { displayName: 'West US 2', geographyGroup: 'US' },
  westus3: { displayName: 'West US 3', geographyGroup: 'US' },
  canadacentral: { displayName: 'Canada Central', geographyGroup: 'Canada' },
  canadaeast: { displayName: 'Canada East', geographyGroup: 'Canada' },
  mexicocentral: { displayName: 'Mexico Central', geographyGroup: 'Mexico' },
  brazilsouth: { displayName: 'Brazil South', geographyGroup: 'South America' },
  brazilsoutheast: { displayName: 'Brazil Southeast', geographyGroup: 'South America' },
  chilecentral: { displayName: 'Chile Central', geographyGroup: 'South America' },
  northeurope: { displayName: 'North Europe', geographyGroup: 'Europe' },
  westeurope: { displayName: 'West Europe', geographyGroup: 'Europe' },
  uksouth: { displayName: 'UK South', geographyGroup: 'UK' },
  ukwest: { displayName: 'UK West', geographyGroup: 'UK' },
  francecentral: { displayName: 'France Central', geographyGroup: 'Europe' },
  francesouth: { displayName: 'France South', geographyGroup: 'Europe' },
  germanywestcentral: { displayName: 'Germany West Central', geographyGroup: 'Europe' },
  germanynorth: { displayName: 'Germany North', geographyGroup: 'Europe' },
  switzerlandnorth: { displayName: 'Switzerland North', geographyGroup: 'Europe' },
  switzerlandwest: { displayName: 'Switzerland West', geographyGroup: 'Europe' },
  norwayeast: { displayName: 'Norway East', geographyGroup: 'Europe' },
  norwaywest: { displayName: 'Norway West', geographyGroup: 'Europe' },
  swedencentral: { displayName: 'Sweden Central', geographyGroup: 'Europe' },
  polandcentral: { displayName: 'Poland Central', geographyGroup: 'Europe' },
  italynorth: { displayName: 'Italy North', geographyGroup: 'Europe' },
  spaincentral: { displayName: 'Spain Central', geographyGroup: 'Europe' },
  austriaeast: { displayName: 'Austria East', geographyGroup: 'Europe' },
  uaenorth: { displayName: 'UAE North', geographyGroup: 'Middle East' },
  uaecentral: { displayName: 'UAE Central', geographyGroup: 'Middle East' },
  qatarcentral: { displayName: 'Qatar Central', geographyGroup: 'Middle East' },
  israelcentral: { displayName: 'Israel Central', geographyGroup: 'Middle East' },
  southafricanorth: { displayName: 'South Africa North', geographyGroup: 'Africa' },
  southafricawest: { displayName: 'South Africa West', geographyGroup: 'Africa' },
  centralindia: { displayName: 'Central India', geographyGroup: 'Asia Pacific' },
  southindia: { displayName: 'South India', geographyGroup: 'Asia Pacific' },
  westindia: { displayName: 'West India', geographyGroup: 'Asia Pacific' },
  eastasia: { displayName: 'East Asia', geographyGroup: 'Asia Pacific' },
  southeastasia: { displayName: 'Southeast Asia', geographyGroup: 'Asia Pacific' },
  indonesiacentral: { displayName: 'Indonesia Central', geographyGroup: 'Asia Pacific' },
  malaysiawest: { displayName: 'Malaysia West', geographyGroup: 'Asia Pacific' },
  japaneast: { displayName: 'Japan East', geographyGroup: 'Asia Pacific' },
  japanwest: { displayName: 'Japan West', geographyGroup: 'Asia Pacific' },
  koreacentral: { displayName: 'Korea Central', geographyGroup: 'Asia Pacific' },
  koreasouth: { displayName: 'Korea South', geographyGroup: 'Asia Pacific' },
  australiaeast: { displayName: 'Australia East', geographyGroup: 'Asia Pacific' },
  australiasoutheast: { displayName: 'Australia Southeast', geographyGroup: 'Asia Pacific' },
  australiacentral: { displayName: 'Australia Central', geographyGroup: 'Asia Pacific' },
  newzealandnorth: { displayName: 'New Zealand North', geographyGroup: 'Asia Pacific' },
}

/** `West Europe` and `westeurope` are one place. */
export const normalLocation = (text: string): string => text.replaceAll(' ', '').toLowerCase()

/** Raises `ArmRefused` LocationRequired, LocationNotAvailableForResourceType. */
export function locationOf(given: string | undefined, type: string): string {
  if (given === undefined || given === '')
    throw new Problem({
      code: 'ArmRefused',
      details: { status: 400, code: 'LocationRequired', message: 'The location property is required for this definition.' },
    })
  const location = normalLocation(given)
  if (lookUp(regions, location) !== undefined) return location
  const message = `The provided location '${given.slice(0, 64)}' is not available for resource type '${type}'. List of available regions for the resource type is '${Object.keys(regions).join(',')}'.`
  throw new Problem({ code: 'ArmRefused', details: { status: 400, code: 'LocationNotAvailableForResourceType', message } })
}
