import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testUser } from '#domain/accounts/testing.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { accountId, ec2Ground, refusal, region, servedGround, valueOf } from './testing.ts'

const InstanceId = 'i-0123456789abcdef0'
const shapeOf = (text: string) => ['size', 'volumeType', 'iops', 'throughput'].map(name => new RegExp(`<${name}>([^<]*)<`).exec(text)?.[1])

describe('changing a volume', () => {
  test('grows it with its bytes; who has it open sees so when nobody has', async t => {
    const { alice, ec2, newKey, newVolume, control, disks, through } = await servedGround(awsKmsProtocol, t)
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: await newKey() })
    await through(VolumeId, 1_048_576, Buffer.alloc(512, 7))
    await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' })
    const { name } = await control.exportOf(VolumeId)
    const open = async () => {
      const attached = await disks.attach(name, () => undefined)
      return 'device' in attached ? attached : assert.fail(attached.why)
    }
    const before = await open()
    const changed = await ec2(alice, 'ModifyVolume', { VolumeId, Size: '20' })
    assert.deepEqual(
      ['modificationState', 'progress', 'originalSize', 'targetSize', 'originalVolumeType', 'targetVolumeType'].map(one =>
        valueOf(changed, one),
      ),
      ['completed', '100', '8', '20', 'gp2', 'gp2'],
    )
    const beside = await open()
    assert.deepEqual([before.size, beside.size, before.usable()], [8 * 2 ** 30, 8 * 2 ** 30, true])
    for (const one of [before, beside]) await one.release()
    const after = await open()
    assert.equal(after.size, 20 * 2 ** 30)
    const back = Buffer.alloc(512)
    after.device.read(1_048_576, back)
    assert.deepEqual(back, Buffer.alloc(512, 7))
    await after.release()
    const told = await ec2(alice, 'DescribeVolumesModifications', { 'VolumeId.1': VolumeId })
    assert.equal(valueOf(told, 'targetIops'), '100')
  })

  test('keeps what is chosen while the type stays, and takes the new type’s own where it does not', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const VolumeId = await newVolume({ VolumeType: 'gp3', Iops: '4000', Throughput: '250' })
    const shape = async (members: Readonly<Record<string, string>>) => {
      const changed = await ec2(alice, 'ModifyVolume', { VolumeId, ...members })
      assert.equal(changed.status, 200, changed.text)
      return shapeOf((await ec2(alice, 'DescribeVolumes', { 'VolumeId.1': VolumeId })).text)
    }
    assert.deepEqual(await shape({ Size: '10' }), ['10', 'gp3', '4000', '250'])
    assert.deepEqual(await shape({ Throughput: '300' }), ['10', 'gp3', '4000', '300'])
    assert.deepEqual(await shape({ VolumeType: 'gp2' }), ['10', 'gp2', '100', undefined])
    assert.deepEqual(await shape({ VolumeType: 'gp3' }), ['10', 'gp3', '3000', '125'])
  })

  test('never shrinks it, nor gives it what its type has not', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const VolumeId = await newVolume()
    const refused = async (members: Readonly<Record<string, string>>) => refusal(await ec2(alice, 'ModifyVolume', { VolumeId, ...members }))
    assert.deepEqual(await refused({ Size: '7' }), [400, 'InvalidParameterValue'])
    assert.deepEqual(await refused({}), [400, 'MissingParameter'])
    assert.deepEqual(await refused({ Iops: '5000' }), [400, 'InvalidParameterCombination'])
    assert.deepEqual(await refused({ Size: '20000' }), [400, 'InvalidParameterValue'])
    assert.deepEqual(await refused({ MultiAttachEnabled: 'true' }), [400, 'UnsupportedOperation'])
    assert.deepEqual(refusal(await ec2(alice, 'ModifyVolume', { VolumeId: 'vol-00000000000000000', Size: '9' })), [
      400,
      'InvalidVolume.NotFound',
    ])
    assert.deepEqual(refusal(await ec2(alice, 'DescribeVolumesModifications', { 'VolumeId.1': VolumeId })), [
      400,
      'InvalidVolumeModification.NotFound',
    ])
  })

  test('has its status and attributes told, and its setting kept', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const VolumeId = await newVolume()
    const status = await ec2(alice, 'DescribeVolumeStatus', {
      'VolumeId.1': VolumeId,
      'Filter.1.Name': 'volume-status.status',
      'Filter.1.Value.1': 'ok',
    })
    assert.match(status.text, new RegExp(`<volumeId>${VolumeId}</volumeId>.*<volumeStatus><status>ok</status>`))
    const attribute = async () => (await ec2(alice, 'DescribeVolumeAttribute', { VolumeId, Attribute: 'autoEnableIO' })).text
    assert.match(await attribute(), /<autoEnableIO><value>false</)
    assert.equal((await ec2(alice, 'ModifyVolumeAttribute', { VolumeId, 'AutoEnableIO.Value': 'true' })).status, 200)
    assert.match(await attribute(), /<autoEnableIO><value>true</)
  })
})

describe('tags', () => {
  test('are set, replaced, taken away by name or by name and value, and found', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const VolumeId = await newVolume()
    const SnapshotId = valueOf(await ec2(alice, 'CreateSnapshot', { VolumeId }), 'snapshotId')
    const both = { 'ResourceId.1': VolumeId, 'ResourceId.2': SnapshotId }
    const set = await ec2(alice, 'CreateTags', { ...both, 'Tag.1.Key': 'a', 'Tag.1.Value': '1', 'Tag.2.Key': 'b', 'Tag.2.Value': '' })
    assert.equal(set.status, 200, set.text)
    await ec2(alice, 'CreateTags', { 'ResourceId.1': VolumeId, 'Tag.1.Key': 'a', 'Tag.1.Value': '2' })
    const listed = async (members: Readonly<Record<string, string>> = {}) =>
      [
        ...(await ec2(alice, 'DescribeTags', members)).text.matchAll(
          /<resourceId>([^<]+)<.*?<resourceType>([^<]+)<.*?<key>([^<]+)<.*?<value>([^<]*)</g,
        ),
      ].map(([, , type, key, value]) => `${type} ${key}=${value}`)
    assert.deepEqual(await listed(), ['volume a=2', 'volume b=', 'snapshot a=1', 'snapshot b='])
    assert.deepEqual(
      await listed({ 'Filter.1.Name': 'resource-id', 'Filter.1.Value.1': SnapshotId, 'Filter.2.Name': 'key', 'Filter.2.Value.1': 'a' }),
      ['snapshot a=1'],
    )
    await ec2(alice, 'DeleteTags', { ...both, 'Tag.1.Key': 'a', 'Tag.1.Value': '1' })
    assert.deepEqual(await listed(), ['volume a=2', 'volume b=', 'snapshot b='])
    await ec2(alice, 'DeleteTags', { 'ResourceId.1': SnapshotId, 'Tag.1.Key': 'b' })
    await ec2(alice, 'DeleteTags', { 'ResourceId.1': VolumeId })
    assert.deepEqual(await listed(), [])
  })

  test('are refused where they are reserved, too many, or on nothing that is here', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const VolumeId = await newVolume()
    const refused = async (members: Readonly<Record<string, string>>) => refusal(await ec2(alice, 'CreateTags', members))
    assert.deepEqual(await refused({ 'ResourceId.1': VolumeId, 'Tag.1.Key': 'aws:a', 'Tag.1.Value': '' }), [400, 'InvalidParameterValue'])
    assert.deepEqual(await refused({ 'ResourceId.1': 'vol-00000000000000000', 'Tag.1.Key': 'a' }), [400, 'InvalidVolume.NotFound'])
    assert.deepEqual(await refused({ 'ResourceId.1': 'snap-00000000000000000', 'Tag.1.Key': 'a' }), [400, 'InvalidSnapshot.NotFound'])
    assert.deepEqual(await refused({ 'ResourceId.1': InstanceId, 'Tag.1.Key': 'a' }), [400, 'InvalidID'])
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`Tag.${index + 1}.Key`, `k${index}`]))
    assert.deepEqual(await refused({ 'ResourceId.1': VolumeId, ...many }), [400, 'TagLimitExceeded'])
  })

  test('count for rights at once: who may touch what is tagged so, and which tags may be set', async () => {
    const { ground, alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const VolumeId = await newVolume()
    const statements = [
      { Effect: 'Allow', Action: 'ec2:CreateSnapshot', Resource: '*', Condition: { StringEquals: { 'aws:ResourceTag/team': 'one' } } },
      { Effect: 'Allow', Action: 'ec2:CreateSnapshot', Resource: `arn:aws:ec2:${region}::snapshot/*` },
      {
        Effect: 'Allow',
        Action: 'ec2:CreateTags',
        Resource: '*',
        Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['colour'] } },
      },
    ]
    const carol = await testUser(ground, { accountId, name: 'carol', policy: { Version: '2012-10-17', Statement: statements } })
    assert.deepEqual(refusal(await ec2(carol, 'CreateSnapshot', { VolumeId })), [403, 'UnauthorizedOperation'])
    assert.deepEqual(refusal(await ec2(carol, 'CreateTags', { 'ResourceId.1': VolumeId, 'Tag.1.Key': 'team', 'Tag.1.Value': 'one' })), [
      403,
      'UnauthorizedOperation',
    ])
    assert.equal((await ec2(carol, 'CreateTags', { 'ResourceId.1': VolumeId, 'Tag.1.Key': 'colour', 'Tag.1.Value': 'red' })).status, 200)
    await ec2(alice, 'CreateTags', { 'ResourceId.1': VolumeId, 'Tag.1.Key': 'team', 'Tag.1.Value': 'one' })
    assert.equal((await ec2(carol, 'CreateSnapshot', { VolumeId })).status, 200)
  })
})

describe('what is only a name here', () => {
  test('an instance is told of as one that does not run, with the volumes that it has', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    assert.equal((await ec2(alice, 'DescribeInstances')).text.includes('instanceId'), false)
    const named = await ec2(alice, 'DescribeInstances', { 'InstanceId.1': InstanceId })
    assert.match(named.text, /<instanceState><code>80<\/code><name>stopped<\/name>/)
    const VolumeId = await newVolume()
    await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' })
    const all = await ec2(alice, 'DescribeInstances', { 'Filter.1.Name': 'block-device-mapping.volume-id', 'Filter.1.Value.1': VolumeId })
    assert.deepEqual([valueOf(all, 'instanceId'), valueOf(all, 'deviceName'), valueOf(all, 'ownerId')], [InstanceId, '/dev/sdf', accountId])
    assert.deepEqual(refusal(await ec2(alice, 'DescribeInstances', { 'InstanceId.1': 'vm-1' })), [400, 'InvalidInstanceID.Malformed'])
  })

  test('a Region has the zones that volumes may be in', async () => {
    const { alice, ec2 } = await ec2Ground(awsKmsProtocol)
    const zones = await ec2(alice, 'DescribeAvailabilityZones', { 'Filter.1.Name': 'state', 'Filter.1.Value.1': 'available' })
    assert.deepEqual(
      [...zones.text.matchAll(/<zoneName>([^<]+)</g)].map(([, name]) => name),
      ['a', 'b', 'c', 'd', 'e', 'f'].map(letter => `${region}${letter}`),
    )
    assert.deepEqual(refusal(await ec2(alice, 'DescribeAvailabilityZones', { 'ZoneName.1': 'mars-1a' })), [400, 'InvalidParameterValue'])
  })
})
