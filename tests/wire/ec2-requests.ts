import { ec2Protocol } from '#protocols/awsec2/index.ts'
import { domain } from './house.ts'
import { region, type Kept, type SignedWire } from './signed.ts'

const volumeOf = (kept: Kept) => kept.get('volume') ?? 'vol-00000000000000000'

const snapshotOf = (kept: Kept) => kept.get('snapshot') ?? 'snap-00000000000000000'

const instance = 'i-0123456789abcdef0'

export const ec2Wire: SignedWire = {
  protocol: ec2Protocol(domain),
  service: 'ec2',
  host: `ec2.${region}.${domain}`,
  version: '2016-11-15',
  words: {
    malformed: 'MalformedQueryString',
    nobody: [403, 'MissingAuthenticationToken'],
    foreign: [401, 'AuthFailure'],
    stranger: [403, 'UnauthorizedOperation'],
  },
  good: [
    { operation: 'EnableEbsEncryptionByDefault', body: () => ({}) },
    { operation: 'GetEbsEncryptionByDefault', body: () => ({}) },
    { operation: 'DisableEbsEncryptionByDefault', body: () => ({}) },
    { operation: 'ModifyEbsDefaultKmsKeyId', body: () => ({ KmsKeyId: 'alias/aws/ebs' }) },
    { operation: 'GetEbsDefaultKmsKeyId', body: () => ({}) },
    { operation: 'ResetEbsDefaultKmsKeyId', body: () => ({}) },
    {
      operation: 'CreateVolume',
      body: () => ({
        AvailabilityZone: `${region}a`,
        Size: 1,
        Encrypted: true,
        'TagSpecification.1.ResourceType': 'volume',
        'TagSpecification.1.Tag.1.Key': 'Name',
        'TagSpecification.1.Tag.1.Value': 'data',
      }),
      keep: ({ text }, kept) => kept.set('volume', /<volumeId>([^<]+)</.exec(text)?.[1] ?? ''),
    },
    { operation: 'DescribeVolumes', body: kept => ({ 'VolumeId.1': volumeOf(kept) }) },
    { operation: 'AttachVolume', body: kept => ({ VolumeId: volumeOf(kept), InstanceId: instance, Device: '/dev/sdf' }) },
    { operation: 'DetachVolume', body: kept => ({ VolumeId: volumeOf(kept), InstanceId: instance }) },
    {
      operation: 'CreateSnapshot',
      body: kept => ({
        VolumeId: volumeOf(kept),
        'TagSpecification.1.ResourceType': 'snapshot',
        'TagSpecification.1.Tag.1.Key': 'Name',
        'TagSpecification.1.Tag.1.Value': 'data',
      }),
      keep: ({ text }, kept) => kept.set('snapshot', /<snapshotId>([^<]+)</.exec(text)?.[1] ?? ''),
    },
    { operation: 'CreateTags', body: kept => ({ 'ResourceId.1': volumeOf(kept), 'Tag.1.Key': 'use', 'Tag.1.Value': 'test' }) },
    { operation: 'DescribeTags', body: () => ({ 'Filter.1.Name': 'key', 'Filter.1.Value.1': 'use' }) },
    { operation: 'DeleteTags', body: kept => ({ 'ResourceId.1': volumeOf(kept), 'Tag.1.Key': 'use' }) },
    { operation: 'ModifyVolume', body: kept => ({ VolumeId: volumeOf(kept), Size: 2, VolumeType: 'gp3' }) },
    { operation: 'DescribeVolumesModifications', body: kept => ({ 'VolumeId.1': volumeOf(kept) }) },
    { operation: 'DescribeVolumeStatus', body: kept => ({ 'VolumeId.1': volumeOf(kept) }) },
    { operation: 'ModifyVolumeAttribute', body: kept => ({ VolumeId: volumeOf(kept), 'AutoEnableIO.Value': true }) },
    { operation: 'DescribeVolumeAttribute', body: kept => ({ VolumeId: volumeOf(kept), Attribute: 'autoEnableIO' }) },
    { operation: 'DescribeInstances', body: () => ({ 'InstanceId.1': instance }) },
    { operation: 'DescribeAvailabilityZones', body: () => ({}) },
    { operation: 'DescribeSnapshotAttribute', body: kept => ({ SnapshotId: snapshotOf(kept), Attribute: 'createVolumePermission' }) },
    {
      operation: 'ModifySnapshotAttribute',
      body: kept => ({ SnapshotId: snapshotOf(kept), 'CreateVolumePermission.Remove.1.UserId': '444455556666' }),
    },
    { operation: 'ResetSnapshotAttribute', body: kept => ({ SnapshotId: snapshotOf(kept), Attribute: 'createVolumePermission' }) },
    { operation: 'DescribeSnapshots', body: kept => ({ 'SnapshotId.1': snapshotOf(kept), 'Owner.1': 'self' }) },
    { operation: 'CopySnapshot', body: kept => ({ SourceRegion: region, SourceSnapshotId: snapshotOf(kept) }) },
    { operation: 'DeleteSnapshot', body: kept => ({ SnapshotId: snapshotOf(kept) }) },
    { operation: 'DeleteVolume', body: kept => ({ VolumeId: volumeOf(kept) }) },
  ],
}
