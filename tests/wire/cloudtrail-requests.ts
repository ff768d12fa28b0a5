import { cloudTrailProtocol } from '#protocols/awscloudtrail/index.ts'
import { domain } from './house.ts'
import { region, type SignedWire } from './signed.ts'

export const cloudTrailWire: SignedWire = {
  protocol: cloudTrailProtocol(domain),
  service: 'cloudtrail',
  host: `cloudtrail.${region}.${domain}`,
  target: 'CloudTrail_20131101',
  good: [{ operation: 'LookupEvents', body: () => ({}) }],
}
