import { cloudTrailProtocol } from '#protocols/awscloudtrail/index.ts'
import { domain } from './house.ts'
import { bucketName, region, type SignedWire } from './signed.ts'

export const cloudTrailWire: SignedWire = {
  protocol: cloudTrailProtocol(domain),
  service: 'cloudtrail',
  host: `cloudtrail.${region}.${domain}`,
  target: 'CloudTrail_20131101',
  good: [
    { operation: 'LookupEvents', body: () => ({}) },
    { operation: 'CreateTrail', body: () => ({ Name: 'kept', S3BucketName: bucketName, TagsList: [{ Key: 'a', Value: 'b' }] }) },
    { operation: 'DescribeTrails', body: () => ({}) },
    { operation: 'GetTrail', body: () => ({ Name: 'kept' }) },
    { operation: 'ListPublicKeys', body: () => ({}) },
    { operation: 'ListTrails', body: () => ({}) },
    { operation: 'UpdateTrail', body: () => ({ Name: 'kept', IsMultiRegionTrail: true }) },
    { operation: 'StartLogging', body: () => ({ Name: 'kept' }) },
    { operation: 'GetTrailStatus', body: () => ({ Name: 'kept' }) },
    { operation: 'StopLogging', body: () => ({ Name: 'kept' }) },
    { operation: 'PutEventSelectors', body: () => ({ TrailName: 'kept', EventSelectors: [{ ReadWriteType: 'WriteOnly' }] }) },
    { operation: 'GetEventSelectors', body: () => ({ TrailName: 'kept' }) },
    { operation: 'GetInsightSelectors', body: () => ({ TrailName: 'kept' }), answers: [400, 'InsightNotEnabledException'] },
    { operation: 'AddTags', body: () => ({ ResourceId: 'kept', TagsList: [{ Key: 'c', Value: 'd' }] }) },
    { operation: 'ListTags', body: () => ({ ResourceIdList: ['kept'] }) },
    { operation: 'RemoveTags', body: () => ({ ResourceId: 'kept', TagsList: [{ Key: 'c' }] }) },
    { operation: 'DeleteTrail', body: () => ({ Name: 'kept' }) },
  ],
}
