// Snapshots that accounts let others use: found, described, copied and restored, by the key's own policy and no other right.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import type { Answered } from '#protocols/http/testing.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { accountId, everything, refusal, region, servedGround, valueOf } from './testing.ts'

const other = '444455556666'
const third = '777788889999'
const at = 5 * 1_048_576
const sevens = Buffer.alloc(512, 7)

async function house(t: { after(run: () => Promise<void>): void }) {
  const wires = await servedGround(awsKmsProtocol, t)
  const { ground, alice, ec2, kms } = wires
  await testAccount(ground, other)
  await testAccount(ground, third)
  const eve = await testUser(ground, { accountId: other, name: 'eve', policy: everything })
  const mallory = await testUser(ground, { accountId: third, name: 'mallory', policy: everything })
  const snapshotOf = async (VolumeId: string, members: Readonly<Record<string, string>> = {}): Promise<string> =>
    valueOf(await ec2(alice, 'CreateSnapshot', { VolumeId, ...members }), 'snapshotId')
  const share = async (SnapshotId: string, members: Readonly<Record<string, string>>): Promise<Answered> =>
    ec2(alice, 'ModifySnapshotAttribute', { SnapshotId, Attribute: 'createVolumePermission', ...members })
  const toEve = { OperationType: 'add', 'UserId.1': other }
  const listed = async (who: Credentials, members: Readonly<Record<string, string>> = {}) => {
    const answered = await ec2(who, 'DescribeSnapshots', members)
    assert.equal(answered.status, 200, answered.text)
    return [...answered.text.matchAll(/<snapshotId>([^<]+)</g)].map(([, id]) => id)
  }
  const restored = async (who: Credentials, SnapshotId: string, members: Readonly<Record<string, string>> = {}) =>
    ec2(who, 'CreateVolume', { AvailabilityZone: `${region}a`, SnapshotId, ...members })
  /** Opens a key to the other account, for the service alone. */
  const open = async (KeyId: string, actions: readonly string[]): Promise<void> => {
    const own = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' }
    const others = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${other}:root` }, Action: actions, Resource: '*' }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [own, others] })
    assert.equal((await kms(alice, 'PutKeyPolicy', { KeyId, PolicyName: 'default', Policy })).status, 200)
  }
  const settled = async (who: Credentials, id: string): Promise<string> => {
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      ground.clock.advance(5)
      await new Promise(setImmediate)
      const status = valueOf(await ec2(who, 'DescribeSnapshots', { 'SnapshotId.1': id }), 'status')
      if (status !== 'pending') return status
    }
    return assert.fail(`${id} never came to its end`)
  }
  return { ...wires, eve, mallory, snapshotOf, share, toEve, listed, restored, open, settled }
}

describe('a snapshot that is shared', () => {
  test('is found by whom it is shared with, without its owner’s tags, until it is taken back', async t => {
    const { alice, eve, mallory, ec2, newVolume, snapshotOf, share, toEve, listed, restored } = await house(t)
    const tag = {
      'TagSpecification.1.ResourceType': 'snapshot',
      'TagSpecification.1.Tag.1.Key': 'secret',
      'TagSpecification.1.Tag.1.Value': 'x',
    }
    const id = await snapshotOf(await newVolume(), tag)
    assert.equal((await share(id, toEve)).status, 200)
    const seen = await ec2(eve, 'DescribeSnapshots', { 'SnapshotId.1': id })
    assert.deepEqual([valueOf(seen, 'ownerId'), seen.text.includes('secret')], [accountId, false])
    assert.deepEqual(await listed(eve), [id])
    assert.deepEqual(await listed(eve, { 'Owner.1': accountId }), [id])
    assert.deepEqual(await listed(eve, { 'Owner.1': 'self' }), [])
    assert.deepEqual(await listed(eve, { 'RestorableBy.1': 'self' }), [id])
    assert.deepEqual(await listed(eve, { 'RestorableBy.1': 'all' }), [])
    assert.deepEqual(await listed(eve, { 'Filter.1.Name': 'tag:secret', 'Filter.1.Value.1': 'x' }), [])
    assert.deepEqual(await listed(mallory), [])
    assert.deepEqual(refusal(await restored(mallory, id)), [400, 'InvalidSnapshot.NotFound'])
    const shown = await ec2(alice, 'DescribeSnapshotAttribute', { SnapshotId: id, Attribute: 'createVolumePermission' })
    assert.equal(valueOf(shown, 'userId'), other)
    for (const action of ['DescribeSnapshotAttribute', 'ModifySnapshotAttribute', 'ResetSnapshotAttribute', 'DeleteSnapshot']) {
      const members =
        action === 'DeleteSnapshot' ? {} : { Attribute: 'createVolumePermission', 'CreateVolumePermission.Add.1.UserId': third }
      assert.deepEqual(refusal(await ec2(eve, action, { SnapshotId: id, ...members })), [400, 'InvalidSnapshot.NotFound'], action)
    }
    const mine = valueOf(await restored(eve, id), 'volumeId')
    assert.equal((await share(id, { OperationType: 'remove', 'UserId.1': other })).status, 200)
    assert.deepEqual(await listed(eve), [])
    assert.deepEqual(refusal(await restored(eve, id)), [400, 'InvalidSnapshot.NotFound'])
    assert.equal((await ec2(eve, 'DescribeVolumes', { 'VolumeId.1': mine })).status, 200, 'what was made of it stays')
  })

  test('with everybody is everybody’s, in pages behind their own, and goes with its deletion', async t => {
    const { alice, eve, mallory, ec2, newVolume, snapshotOf, share, toEve, listed } = await house(t)
    const volume = await newVolume()
    const ids: string[] = []
    for (let one = 0; one < 6; one += 1) ids.push(await snapshotOf(volume))
    const [first = '', second = ''] = ids
    for (const id of ids) assert.equal((await share(id, { 'CreateVolumePermission.Add.1.Group': 'all' })).status, 200)
    await share(second, toEve)
    assert.deepEqual(await listed(mallory), ids)
    assert.deepEqual(await listed(eve), [second, ...ids.filter(id => id !== second)])
    assert.deepEqual(await listed(alice), ids, 'its own once')
    assert.deepEqual(await listed(mallory, { 'RestorableBy.1': 'all' }), ids)
    const page = await ec2(eve, 'DescribeSnapshots', { MaxResults: '5' })
    const rest = await listed(eve, { MaxResults: '5', NextToken: valueOf(page, 'nextToken') })
    assert.deepEqual(rest, ids.slice(-1))
    assert.equal((await ec2(alice, 'DeleteSnapshot', { SnapshotId: first })).status, 200)
    assert.equal((await ec2(alice, 'ResetSnapshotAttribute', { SnapshotId: second, Attribute: 'createVolumePermission' })).status, 200)
    assert.deepEqual(await listed(mallory), ids.slice(2))
    assert.deepEqual(await listed(eve), ids.slice(2))
  })

  test('opens to another account by the policy of its key alone, and its bytes come with it', async t => {
    const { eve, ec2, kms, alice, newKey, newVolume, snapshotOf, share, toEve, restored, open, settled, through, throughAs } =
      await house(t)
    const KeyId = await newKey()
    const VolumeId = await newVolume({ Encrypted: 'true', KmsKeyId: KeyId })
    await through(VolumeId, at, sevens)
    const id = await snapshotOf(VolumeId)
    await share(id, toEve)
    assert.deepEqual(refusal(await restored(eve, id)), [403, 'UnauthorizedOperation'], 'the key is not hers')
    const copying = { SourceRegion: region, SourceSnapshotId: id }
    assert.deepEqual(refusal(await ec2(eve, 'CopySnapshot', copying)), [403, 'UnauthorizedOperation'])
    await open(KeyId, ['kms:DescribeKey', 'kms:ReEncrypt*', 'kms:CreateGrant', 'kms:Decrypt'])
    const made = await restored(eve, id)
    assert.deepEqual([valueOf(made, 'kmsKeyId'), valueOf(made, 'status')], [KeyId, 'available'], made.text)
    assert.deepEqual(await throughAs(eve)(valueOf(made, 'volumeId'), at), sevens)
    const copied = await ec2(eve, 'CopySnapshot', copying)
    const copy = valueOf(copied, 'snapshotId')
    assert.equal(await settled(eve, copy), 'completed', copied.text)
    assert.match(valueOf(await ec2(eve, 'DescribeSnapshots', { 'SnapshotId.1': copy }), 'kmsKeyId'), new RegExp(`:${other}:key/`))
    assert.match((await kms(alice, 'ListGrants', { KeyId })).text, /"Grants":\[\]/)
    await kms(alice, 'DisableKey', { KeyId })
    assert.deepEqual(refusal(await restored(eve, id)), [400, 'InvalidKMSKey.InvalidState'])
    const own = valueOf(await restored(eve, copy), 'volumeId')
    assert.deepEqual(await throughAs(eve)(own, at), sevens, 'her copy is under her own key')
  })

  test('cannot be where its key could be opened to nobody, or to everybody', async t => {
    const { newKey, newVolume, snapshotOf, share, toEve } = await house(t)
    const ofService = await snapshotOf(await newVolume({ Encrypted: 'true' }))
    assert.deepEqual(refusal(await share(ofService, toEve)), [400, 'OperationNotPermitted'])
    const ofKey = await snapshotOf(await newVolume({ Encrypted: 'true', KmsKeyId: await newKey() }))
    assert.deepEqual(refusal(await share(ofKey, { OperationType: 'add', 'UserGroup.1': 'all' })), [400, 'OperationNotPermitted'])
    for (const [members, code] of [
      [{ OperationType: 'add', 'UserId.1': 'eve' }, 'InvalidUserID.Malformed'],
      [{ OperationType: 'add', 'UserGroup.1': 'some' }, 'InvalidParameterValue'],
      [{}, 'MissingParameter'],
      [{ ...toEve, Attribute: 'productCodes' }, 'UnsupportedOperation'],
    ] as const)
      assert.deepEqual(refusal(await share(ofKey, members)), [400, code])
    assert.deepEqual(refusal(await share(ofKey, { ...toEve, DryRun: 'true' })), [412, 'DryRunOperation'])
    assert.equal((await share(ofKey, toEve)).status, 200)
    assert.equal((await share(ofKey, toEve)).status, 200, 'again is as good')
  })
})
