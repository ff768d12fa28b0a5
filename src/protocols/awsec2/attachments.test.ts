import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '#domain/disks/testing.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { accountId, refusal, region, servedGround, valueOf } from './testing.ts'

const InstanceId = 'i-0123456789abcdef0'
const role = `arn:aws:sts::${accountId}:assumed-role/aws:ec2-infrastructure/${InstanceId}`
const Device = '/dev/sdf'

describe('a volume that is attached', () => {
  test('is the instance’s by a grant that is good for that volume alone, and nobody’s when it is detached', async t => {
    const { alice, ec2, kms, newKey, newVolume, control, rows } = await servedGround(awsKmsProtocol, t)
    const KeyId = await newKey()
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: KeyId })
    await assert.rejects(control.exportOf(VolumeId), { message: /DiskKeyUnavailable/ })
    const attached = await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device })
    assert.deepEqual([attached.status, valueOf(attached, 'status'), valueOf(attached, 'device')], [200, 'attached', Device])
    const granted = (await kms(alice, 'ListGrants', { KeyId })).text
    assert.match(granted, new RegExp(`"EncryptionContextSubset":\\{"aws:ebs:id":"${VolumeId}"\\}`))
    assert.match(granted, new RegExp(`"GranteePrincipal":"${role}"`))
    assert.match(granted, /"Operations":\["Decrypt"\]/)
    const described = await ec2(alice, 'DescribeVolumes', { 'Filter.1.Name': 'attachment.instance-id', 'Filter.1.Value.1': InstanceId })
    assert.deepEqual([valueOf(described, 'volumeId'), /<status>in-use</.test(described.text)], [VolumeId, true])
    assert.deepEqual(refusal(await ec2(alice, 'DeleteVolume', { VolumeId })), [400, 'VolumeInUse'])
    assert.deepEqual(refusal(await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdg' })), [400, 'VolumeInUse'])
    const { name } = await control.exportOf(`arn:aws:ec2:${region}:${accountId}:volume/${VolumeId}`)
    assert.deepEqual(await control.exportOf(VolumeId), await control.exportOf(`arn:aws:ec2:${region}:${accountId}:volume/${VolumeId}`))
    const detached = await ec2(alice, 'DetachVolume', { VolumeId })
    assert.deepEqual([detached.status, valueOf(detached, 'status')], [200, 'detached'])
    assert.match((await kms(alice, 'ListGrants', { KeyId })).text, /"Grants":\[\]/)
    assert.match(JSON.stringify(rows('RetireGrant')), new RegExp(role))
    const gone = await control.open({ name, reason: 'negotiation' })
    assert.equal('refused' in gone && gone.refused, 'unknown')
    assert.deepEqual(refusal(await ec2(alice, 'DetachVolume', { VolumeId })), [400, 'IncorrectState'])
    assert.equal((await ec2(alice, 'DeleteVolume', { VolumeId })).status, 200)
  })

  test('is opened by one Decrypt of the instance’s role, and keeps its bytes over a detachment', async t => {
    const { ground, alice, ec2, newKey, newVolume, control, disks, rows } = await servedGround(awsKmsProtocol, t)
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: await newKey() })
    const through = async (offset: number, write?: Buffer): Promise<Buffer> => {
      assert.equal((await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device })).status, 200)
      const { name } = await control.exportOf(VolumeId)
      const open = await disks.attach(name, () => undefined)
      assert('device' in open, JSON.stringify(open))
      assert.equal(open.size, 8 * 2 ** 30)
      if (write !== undefined) open.device.write(offset, write)
      const back = Buffer.alloc(4_096)
      open.device.read(offset, back)
      await open.release()
      assert.equal((await ec2(alice, 'DetachVolume', { VolumeId })).status, 200)
      return back
    }
    await through(1_048_576, Buffer.alloc(4_096, 7))
    const decrypts = rows('Decrypt')
    assert.equal(decrypts.length, 1)
    const shown = JSON.stringify(decrypts[0])
    assert.match(shown, new RegExp(role))
    assert.match(shown, new RegExp(`"aws:ebs:id":"${VolumeId}"`))
    ground.clock.advance(1_000)
    assert.deepEqual(await through(1_048_576), Buffer.alloc(4_096, 7))
  })

  test('is suspended while its key is disabled, or the grant taken back, and goes on when it is enabled', async t => {
    const { ground, alice, ec2, kms, newKey, newVolume, control, disks } = await servedGround(awsKmsProtocol, t)
    const KeyId = await newKey()
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: KeyId })
    await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device })
    const { name } = await control.exportOf(VolumeId)
    const open = await disks.attach(name, () => undefined)
    assert('device' in open, JSON.stringify(open))
    assert.equal(open.usable(), true)
    for (let round = 0; round < 2; round += 1) {
      await kms(alice, 'DisableKey', { KeyId })
      await until(() => !open.usable())
      const refused = await control.open({ name, reason: 'negotiation' })
      assert.deepEqual(refused, { refused: 'policy', why: 'the key is disabled' })
      await kms(alice, 'EnableKey', { KeyId })
      await until(() => open.usable())
    }
    const GrantId = /"GrantId":"([0-9a-f]{64})"/.exec((await kms(alice, 'ListGrants', { KeyId })).text)?.[1]
    await kms(alice, 'RevokeGrant', { KeyId, GrantId })
    ground.clock.advance(1_000)
    await until(() => !open.usable())
    assert.equal((await ec2(alice, 'DetachVolume', { VolumeId })).status, 200)
  })

  test('without a key of the account is under the platform’s, and no key is asked', async t => {
    const { alice, ec2, newVolume, control, disks, rows } = await servedGround(awsKmsProtocol, t)
    const VolumeId = await newVolume()
    await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device })
    const open = await disks.attach((await control.exportOf(VolumeId)).name, () => undefined)
    assert('device' in open, JSON.stringify(open))
    open.device.write(0, Buffer.alloc(512, 1))
    assert.deepEqual([rows('CreateGrant').length, rows('Decrypt').length], [0, 0])
    await open.release()
  })

  test('needs the caller’s right to give the grant, a key in force, and a device that is free', async t => {
    const { alice, bob, ec2, kms, newKey, newVolume } = await servedGround(awsKmsProtocol, t)
    const KeyId = await newKey()
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: KeyId })
    const denied = await ec2(bob, 'AttachVolume', { VolumeId, InstanceId, Device })
    assert.deepEqual(refusal(denied), [403, 'UnauthorizedOperation'])
    assert.match(denied.text, /kms:CreateGrant/)
    await kms(alice, 'DisableKey', { KeyId })
    assert.deepEqual(refusal(await ec2(alice, 'AttachVolume', { VolumeId, InstanceId, Device })), [400, 'InvalidKMSKey.InvalidState'])
    assert.deepEqual(refusal(await ec2(alice, 'AttachVolume', { VolumeId, InstanceId: 'vm-1', Device })), [
      400,
      'InvalidInstanceID.Malformed',
    ])
    const plain = await newVolume()
    const other = await newVolume()
    assert.equal((await ec2(bob, 'AttachVolume', { VolumeId: plain, InstanceId, Device })).status, 200)
    assert.deepEqual(refusal(await ec2(bob, 'AttachVolume', { VolumeId: other, InstanceId, Device })), [400, 'InvalidParameterValue'])
    const elsewhere = await ec2(bob, 'DetachVolume', { VolumeId: plain, InstanceId: 'i-00000000000000000' })
    assert.deepEqual(refusal(elsewhere), [400, 'InvalidAttachment.NotFound'])
  })
})
