import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { regionCompartment } from '#domain/accounts/account-region.ts'
import { testAccount, testUser } from '#domain/accounts/testing.ts'
import { until } from '#domain/disks/testing.ts'
import { system } from '#model/principal.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { accountId, everything, refusal, region, servedGround, valueOf } from './testing.ts'

const at = 5 * 1_048_576
const sevens = Buffer.alloc(512, 7)
const nines = Buffer.alloc(512, 9)

async function snapshotGround(t: { after(run: () => Promise<void>): void }) {
  const wires = await servedGround(awsKmsProtocol, t)
  const { ground, alice, ec2, elsewhere } = wires
  const snapshotOf = async (VolumeId: string, members: Readonly<Record<string, string>> = {}): Promise<string> => {
    const made = await ec2(alice, 'CreateSnapshot', { VolumeId, ...members })
    assert.equal(made.status, 200, made.text)
    return valueOf(made, 'snapshotId')
  }
  const settled = async (action: 'DescribeSnapshots' | 'DescribeVolumes', id: string, where = ec2): Promise<string> => {
    const name = action === 'DescribeSnapshots' ? 'SnapshotId.1' : 'VolumeId.1'
    // In small steps: a job has ten seconds of this clock.
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      ground.clock.advance(5)
      await new Promise(setImmediate)
      const status = valueOf(await where(alice, action, { [name]: id }), 'status')
      if (status !== 'pending' && status !== 'creating') return status
    }
    return assert.fail(`${id} never came to its end`)
  }
  const diskOf = async (id: string): Promise<string> =>
    ground.run(system, async call => {
      const compartment = await regionCompartment(ground.context, call, { accountId, region })
      assert(compartment !== undefined)
      const held =
        (await ground.context.snapshots.get(call, compartment, [id])) ?? (await ground.context.volumes.get(call, compartment, [id]))
      return held?.value.diskId ?? assert.fail(`no ${id}`)
    })
  const restored = async (SnapshotId: string, members: Readonly<Record<string, string>> = {}) =>
    ec2(alice, 'CreateVolume', { AvailabilityZone: `${region}a`, SnapshotId, ...members })
  return { ...wires, elsewhere, snapshotOf, settled, diskOf, restored }
}

describe('a snapshot', () => {
  test('is what an attached volume holds at that moment, unflushed writes too, and stays so', async t => {
    const { alice, ec2, newKey, newVolume, snapshotOf, restored, control, disks, through, rows } = await snapshotGround(t)
    const KeyId = await newKey()
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: KeyId })
    await ec2(alice, 'AttachVolume', { VolumeId, InstanceId: 'i-0123456789abcdef0', Device: '/dev/sdf' })
    const open = await disks.attach((await control.exportOf(VolumeId)).name, () => undefined)
    assert('device' in open)
    open.device.write(at, Uint8Array.from(sevens))
    const before = rows('Decrypt').length
    const id = await snapshotOf(VolumeId, { Description: 'then' })
    assert.equal(rows('Decrypt').length, before, 'no key is asked: ciphertext is kept as it is')
    open.device.write(at, Uint8Array.from(nines))
    await open.release()
    await ec2(alice, 'DetachVolume', { VolumeId })
    const described = await ec2(alice, 'DescribeSnapshots', { 'SnapshotId.1': id })
    assert.deepEqual(
      ['status', 'progress', 'volumeId', 'volumeSize', 'encrypted', 'kmsKeyId', 'ownerId', 'description'].map(name =>
        valueOf(described, name),
      ),
      ['completed', '100%', VolumeId, '8', 'true', KeyId, accountId, 'then'],
    )
    const made = await restored(id, { Size: '16' })
    assert.deepEqual(
      ['status', 'snapshotId', 'size', 'encrypted', 'kmsKeyId'].map(name => valueOf(made, name)),
      ['available', id, '16', 'true', KeyId],
    )
    const copy = valueOf(made, 'volumeId')
    assert.deepEqual([await through(copy, at, nines), await through(VolumeId, at)], [sevens, nines])
    const again = valueOf(await restored(id), 'volumeId')
    assert.deepEqual(await through(again, at), sevens, 'what is written into one that was made of it is no other’s')
  })

  test('gives its data key to a volume by one ReEncrypt on the caller’s right, bound from the one name to the other', async t => {
    const { ground, alice, ec2, kms, newKey, newVolume, snapshotOf, restored, rows } = await snapshotGround(t)
    const KeyId = await newKey()
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: KeyId })
    const id = await snapshotOf(VolumeId)
    const made = valueOf(await restored(id), 'volumeId')
    const shown = JSON.stringify(rows('ReEncrypt'))
    assert.match(shown, new RegExp(`"sourceEncryptionContext":\\{"aws:ebs:id":"${VolumeId}"\\}`))
    assert.match(shown, new RegExp(`"destinationEncryptionContext":\\{"aws:ebs:id":"${made}"\\}`))
    assert.match(shown, /"via":"ec2"/)
    const Condition = { StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com`, 'kms:CallerAccount': accountId } }
    const policy = { ...everything, Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }] }
    const narrow = async (name: string, keyActions: readonly string[]) =>
      testUser(ground, {
        accountId,
        name,
        policy: { ...policy, Statement: [...policy.Statement, { Effect: 'Allow', Action: keyActions, Resource: KeyId, Condition }] },
      })
    const asked = { AvailabilityZone: `${region}a`, SnapshotId: id }
    const without = await ec2(await narrow('carol', ['kms:DescribeKey']), 'CreateVolume', asked)
    assert.deepEqual(refusal(without), [403, 'UnauthorizedOperation'])
    assert.match(without.text, /kms:ReEncrypt/)
    const dave = await narrow('dave', ['kms:ReEncrypt*'])
    assert.equal((await ec2(dave, 'CreateVolume', asked)).status, 200)
    const directly = await kms(dave, 'DescribeKey', { KeyId })
    assert.equal(directly.status, 400, 'by itself it may not')
    await kms(alice, 'DisableKey', { KeyId })
    assert.deepEqual(refusal(await restored(id)), [400, 'InvalidKMSKey.InvalidState'])
  })

  test('is encrypted anew under another key, in its Region and in another, by grants that are given back', async t => {
    const { ground, alice, ec2, elsewhere, kms, newKey, newVolume, snapshotOf, settled, restored, through, rows } = await snapshotGround(t)
    const [one, two] = [await newKey(), await newKey()]
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: one })
    await through(VolumeId, at, sevens)
    await through(VolumeId, 3 * 2 ** 30, nines)
    const SourceSnapshotId = await snapshotOf(VolumeId)
    const copied = await ec2(alice, 'CopySnapshot', { SourceRegion: region, SourceSnapshotId, KmsKeyId: two, Encrypted: 'true' })
    assert.equal(copied.status, 200, copied.text)
    const copy = valueOf(copied, 'snapshotId')
    assert.equal(valueOf(await ec2(alice, 'DescribeSnapshots', { 'SnapshotId.1': copy }), 'volumeId'), 'vol-ffffffff')
    assert.deepEqual(refusal(await ec2(alice, 'DeleteSnapshot', { SnapshotId: SourceSnapshotId })), [400, 'InvalidSnapshot.InUse'])
    assert.equal(await settled('DescribeSnapshots', copy), 'completed')
    assert.equal(valueOf(await ec2(alice, 'DescribeSnapshots', { 'SnapshotId.1': copy }), 'kmsKeyId'), two)
    for (const KeyId of [one, two]) assert.match((await kms(alice, 'ListGrants', { KeyId })).text, /"Grants":\[\]/)
    const role = `assumed-role/aws:ec2-infrastructure/${copy}`
    assert.deepEqual(rows('CreateGrant').filter(row => JSON.stringify(row).includes(role)).length, 2)
    assert.deepEqual(rows('RetireGrant').filter(row => JSON.stringify(row).includes(role)).length, 2)
    await kms(alice, 'DisableKey', { KeyId: one })
    const made = valueOf(await restored(copy), 'volumeId')
    assert.deepEqual([await through(made, at), await through(made, 3 * 2 ** 30)], [sevens, nines], 'the first key is not needed for it')
    await kms(alice, 'EnableKey', { KeyId: one })
    const far = valueOf(await elsewhere(alice, 'CopySnapshot', { SourceRegion: region, SourceSnapshotId }), 'snapshotId')
    assert.equal(await settled('DescribeSnapshots', far, elsewhere), 'completed')
    assert.match(valueOf(await elsewhere(alice, 'DescribeSnapshots', { 'SnapshotId.1': far }), 'kmsKeyId'), /:eu-west-1:/)
    assert.deepEqual(refusal(await ec2(alice, 'DescribeSnapshots', { 'SnapshotId.1': far })), [400, 'InvalidSnapshot.NotFound'])
    ground.clock.advance(1_000)
  })

  test('that nobody encrypted is encrypted with the volume or the copy that is asked for so', async t => {
    const { alice, ec2, newKey, newVolume, snapshotOf, settled, restored, through } = await snapshotGround(t)
    const KeyId = await newKey()
    const VolumeId = await newVolume()
    await through(VolumeId, at, sevens)
    const id = await snapshotOf(VolumeId)
    const plain = await restored(id)
    assert.deepEqual([valueOf(plain, 'encrypted'), await through(valueOf(plain, 'volumeId'), at)], ['false', sevens])
    const made = await restored(id, { Encrypted: 'true', KmsKeyId: KeyId })
    assert.deepEqual([valueOf(made, 'encrypted'), valueOf(made, 'status')], ['true', 'creating'])
    const encrypted = valueOf(made, 'volumeId')
    const early = await ec2(alice, 'AttachVolume', { VolumeId: encrypted, InstanceId: 'i-0123456789abcdef0', Device: '/dev/sdf' })
    assert.deepEqual(refusal(early), [400, 'IncorrectState'])
    assert.equal(await settled('DescribeVolumes', encrypted), 'available')
    assert.deepEqual(await through(encrypted, at), sevens)
    const copy = valueOf(await ec2(alice, 'CopySnapshot', { SourceRegion: region, SourceSnapshotId: id }), 'snapshotId')
    assert.equal(valueOf(await ec2(alice, 'DescribeSnapshots', { 'SnapshotId.1': copy }), 'encrypted'), 'false')
    await ec2(alice, 'DeleteSnapshot', { SnapshotId: id })
    assert.deepEqual(await through(valueOf(await restored(copy), 'volumeId'), at), sevens)
  })

  test('whose key is disabled under way ends in error and leaves no bytes', async t => {
    const { ground, alice, ec2, kms, newKey, newVolume, snapshotOf, settled, diskOf, through, folder } = await snapshotGround(t)
    const [one, two] = [await newKey(), await newKey()]
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: one })
    await through(VolumeId, at, sevens)
    const SourceSnapshotId = await snapshotOf(VolumeId)
    const copied = ec2(alice, 'CopySnapshot', { SourceRegion: region, SourceSnapshotId, KmsKeyId: two, Encrypted: 'true' })
    const [{ text }] = await Promise.all([copied, kms(alice, 'DisableKey', { KeyId: one })])
    const copy = /<snapshotId>([^<]+)</.exec(text)?.[1]
    if (copy === undefined) {
      assert.match(text, /InvalidKMSKey.InvalidState/)
      return
    }
    assert.equal(await settled('DescribeSnapshots', copy), 'error')
    const disk = await diskOf(copy)
    await until(() => {
      ground.clock.advance(1_000)
      return !readdirSync(`${folder}/disks`).includes(disk)
    })
    assert.deepEqual(refusal(await ec2(alice, 'CreateVolume', { AvailabilityZone: `${region}a`, SnapshotId: copy })), [
      400,
      'IncorrectState',
    ])
    assert.equal((await ec2(alice, 'DeleteSnapshot', { SnapshotId: copy })).status, 200)
  })

  test('outlives its volume, and its bytes go with it', async t => {
    const { ground, alice, ec2, newKey, newVolume, snapshotOf, restored, through, diskOf, folder } = await snapshotGround(t)
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: await newKey() })
    await through(VolumeId, at, sevens)
    const id = await snapshotOf(VolumeId)
    const [volumeDisk, snapshotDisk] = [await diskOf(VolumeId), await diskOf(id)]
    const disksLeft = () => readdirSync(`${folder}/disks`).filter(name => name === volumeDisk || name === snapshotDisk)
    await ec2(alice, 'DeleteVolume', { VolumeId })
    await until(() => {
      ground.clock.advance(1_000)
      return disksLeft().length === 1
    })
    assert.deepEqual(await through(valueOf(await restored(id), 'volumeId'), at), sevens)
    assert.equal((await ec2(alice, 'DeleteSnapshot', { SnapshotId: id })).status, 200)
    await until(() => {
      ground.clock.advance(1_000)
      return disksLeft().length === 0
    })
    assert.deepEqual(refusal(await ec2(alice, 'DeleteSnapshot', { SnapshotId: id })), [400, 'InvalidSnapshot.NotFound'])
    assert.deepEqual(refusal(await restored(id)), [400, 'InvalidSnapshot.NotFound'])
    assert.deepEqual(refusal(await restored('snap-1')), [400, 'InvalidSnapshotID.Malformed'])
  })

  test('is its account’s alone: another account is not told that it is there', async t => {
    const { ground, ec2, newVolume, snapshotOf } = await snapshotGround(t)
    const id = await snapshotOf(await newVolume())
    await testAccount(ground, '444455556666')
    const eve = await testUser(ground, { accountId: '444455556666', name: 'eve', policy: everything })
    const copy = await ec2(eve, 'CopySnapshot', { SourceRegion: region, SourceSnapshotId: id })
    const volume = await ec2(eve, 'CreateVolume', { AvailabilityZone: `${region}a`, SnapshotId: id })
    const described = await ec2(eve, 'DescribeSnapshots', { 'SnapshotId.1': id })
    const deleted = await ec2(eve, 'DeleteSnapshot', { SnapshotId: id })
    for (const refused of [copy, volume, described, deleted]) assert.deepEqual(refusal(refused), [400, 'InvalidSnapshot.NotFound'])
    const all = await ec2(eve, 'DescribeSnapshots', { 'Owner.1': accountId })
    assert.equal(all.text.includes('snap-'), false)
  })

  test('is found by owner, filter and tag, in pages', async t => {
    const { alice, ec2, newVolume, snapshotOf } = await snapshotGround(t)
    const VolumeId = await newVolume()
    const ids: string[] = []
    for (let one = 0; one < 7; one += 1)
      ids.push(
        await snapshotOf(VolumeId, {
          Description: `number ${one}`,
          'TagSpecification.1.ResourceType': 'snapshot',
          'TagSpecification.1.Tag.1.Key': 'n',
          'TagSpecification.1.Tag.1.Value': one.toString(),
        }),
      )
    const listed = async (members: Readonly<Record<string, string>>) => {
      const answered = await ec2(alice, 'DescribeSnapshots', members)
      assert.equal(answered.status, 200, answered.text)
      return { ids: [...answered.text.matchAll(/<snapshotId>([^<]+)</g)].map(([, id]) => id), next: valueOf(answered, 'nextToken') }
    }
    assert.deepEqual((await listed({ 'Owner.1': 'self', 'Filter.1.Name': 'volume-id', 'Filter.1.Value.1': VolumeId })).ids, ids)
    assert.deepEqual((await listed({ 'Filter.1.Name': 'tag:n', 'Filter.1.Value.1': '3' })).ids, [ids[3]])
    assert.deepEqual((await listed({ 'Filter.1.Name': 'description', 'Filter.1.Value.1': 'number ?' })).ids, ids)
    assert.deepEqual((await listed({ 'Owner.1': 'amazon' })).ids, [])
    const first = await listed({ MaxResults: '5' })
    assert.deepEqual(first.ids, ids.slice(0, 5))
    assert.deepEqual((await listed({ MaxResults: '5', NextToken: first.next })).ids, ids.slice(5))
    assert.deepEqual(refusal(await ec2(alice, 'DescribeSnapshots', { 'Filter.1.Name': 'colour', 'Filter.1.Value.1': 'red' })), [
      400,
      'InvalidParameterValue',
    ])
    assert.deepEqual(refusal(await ec2(alice, 'CreateSnapshot', { VolumeId, DryRun: 'true' })), [412, 'DryRunOperation'])
  })
})

test('Bytes that a request forked and never committed are taken away, those of a record are kept', async t => {
  const { ground, newVolume, snapshotOf, diskOf, through, folder } = await snapshotGround(t)
  const VolumeId = await newVolume()
  await through(VolumeId, at, sevens)
  const kept = await diskOf(await snapshotOf(VolumeId))
  const source = { diskId: await diskOf(VolumeId), dekIds: [''], epoch: 1, sizeBytes: 8 * 2 ** 30 }
  const volume = await ground.run(system, async call => {
    const compartment = await regionCompartment(ground.context, call, { accountId, region })
    return compartment && ground.context.volumes.get(call, compartment, [VolumeId])
  })
  assert(volume !== undefined)
  const orphan = 'f'.repeat(32)
  await ground.context.diskBytes.fork({ ...source, dekIds: [volume.value.dekId] }, { diskId: orphan, compartment: volume.compartment })
  assert.ok(readdirSync(`${folder}/disks`).includes(orphan))
  await until(() => {
    ground.clock.advance(60_000)
    return !readdirSync(`${folder}/disks`).includes(orphan)
  })
  assert.ok(readdirSync(`${folder}/disks`).includes(kept))
  for (let left = 1; left > 0; left = (await ground.context.diskBytes.unconfirmed()).length) await new Promise(setImmediate)
})

test('The first key of a Region is made for the volume or the copy that needs it, and nothing is refused on the way', async t => {
  const { ground, alice, ec2, elsewhere, newVolume, snapshotOf, settled } = await snapshotGround(t)
  const id = await snapshotOf(await newVolume({ Encrypted: 'true' }))
  const copied = await elsewhere(alice, 'CopySnapshot', { SourceRegion: region, SourceSnapshotId: id })
  assert.equal(await settled('DescribeSnapshots', valueOf(copied, 'snapshotId'), elsewhere), 'completed')
  assert.equal(valueOf(await ec2(alice, 'DescribeSnapshots', { 'SnapshotId.1': id }), 'encrypted'), 'true')
  const refused = ground.rows().filter(row => JSON.stringify(row['result']).includes('"http":4'))
  assert.deepEqual(refused, [])
})
