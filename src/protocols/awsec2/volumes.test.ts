import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { regionCompartment } from '#domain/accounts/account-region.ts'
import { testUser } from '#domain/accounts/testing.ts'
import { system } from '#model/principal.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { accountId, ec2Ground, everything, idsIn, refusal, region, valueOf } from './testing.ts'

describe('making a volume', () => {
  test('has its data key of the key that is named, unseen, on the caller’s right, bound to the volume', async () => {
    const { ground, alice, ec2, newKey } = await ec2Ground(awsKmsProtocol)
    const key = await newKey()
    const already = ground.rows().length
    const made = await ec2(alice, 'CreateVolume', {
      AvailabilityZone: `${region}b`,
      Size: '10',
      Encrypted: 'true',
      KmsKeyId: key,
      'TagSpecification.1.ResourceType': 'volume',
      'TagSpecification.1.Tag.1.Key': 'Name',
      'TagSpecification.1.Tag.1.Value': 'a <b>',
    })
    assert.equal(made.status, 200, made.text)
    assert.match(made.text, /^<CreateVolumeResponse xmlns="http:\/\/ec2\.amazonaws\.com\/doc\/2016-11-15\/"><requestId>[^<]+<\/requestId>/)
    const id = valueOf(made, 'volumeId')
    assert.match(id, /^vol-[0-9a-f]{17}$/)
    assert.deepEqual(
      ['kmsKeyId', 'encrypted', 'size', 'availabilityZone', 'status', 'volumeType', 'iops'].map(name => valueOf(made, name)),
      [key, 'true', '10', `${region}b`, 'available', 'gp2', '100'],
    )
    assert.match(made.text, /<tagSet><item><key>Name<\/key><value>a &lt;b&gt;<\/value><\/item><\/tagSet>/)
    const rows = ground.rows().slice(already)
    const used = rows.find(row => row['operation'] === 'GenerateDataKeyWithoutPlaintext')
    const shown = JSON.stringify(used)
    assert.match(shown, new RegExp(`"aws:ebs:id":"${id}"`))
    assert.match(shown, /"numberOfBytes":64/)
    assert.match(shown, /"via":"ec2"/)
    assert.match(shown, /"plane":"kms"/)
    const entry = rows.find(row => row['operation'] === 'CreateVolume')
    assert.match(JSON.stringify(entry), new RegExp(`:volume/${id}"`))
  })

  test('wraps 64 bytes that the key opens for that volume and for no other', async () => {
    const { ground, alice, kms, newKey, newVolume } = await ec2Ground(awsKmsProtocol)
    const key = await newKey()
    const id = await newVolume({ Encrypted: 'true', KmsKeyId: key })
    const held = await ground.run(system, async call => {
      const compartment = await regionCompartment(ground.context, call, { accountId, region })
      return compartment === undefined ? assert.fail('no compartment') : ground.context.volumes.get(call, compartment, [id])
    })
    const CiphertextBlob = held?.value.key?.wrapped
    const opened = await kms(alice, 'Decrypt', { CiphertextBlob, EncryptionContext: { 'aws:ebs:id': id } })
    assert.equal(Buffer.from(String(opened.json['Plaintext']), 'base64').length, 64)
    const other = await kms(alice, 'Decrypt', { CiphertextBlob, EncryptionContext: { 'aws:ebs:id': 'vol-00000000000000000' } })
    assert.equal(other.json['__type'], 'InvalidCiphertextException')
  })

  test('goes under the account’s key for the service where none is named, and under the platform’s where nothing is encrypted', async () => {
    const { ground, alice, bob, ec2, kms, newVolume } = await ec2Ground(awsKmsProtocol)
    const encrypted = await newVolume({ Encrypted: 'true' }, bob)
    const { text } = await kms(alice, 'DescribeKey', { KeyId: 'alias/aws/ebs' })
    const described = await ec2(alice, 'DescribeVolumes', { 'VolumeId.1': encrypted })
    assert.match(text, new RegExp(valueOf(described, 'kmsKeyId')))
    assert.match(text, /"KeyManager":"AWS"/)
    const plain = await newVolume()
    const shown = await ec2(alice, 'DescribeVolumes', { 'VolumeId.1': plain })
    assert.deepEqual([valueOf(shown, 'encrypted'), shown.text.includes('kmsKeyId')], ['false', false])
    const { id, dekId } = await ground.run(system, async call => {
      const compartment = await regionCompartment(ground.context, call, { accountId, region })
      const held = compartment && (await ground.context.volumes.get(call, compartment, [plain]))
      return held === undefined ? assert.fail('no volume') : { id: held.id, dekId: held.value.dekId }
    })
    const material = await ground.context.store.material({ id, version: dekId })
    assert(material !== undefined)
    using dek = ground.context.ground.barrier.openMaterial({ id, version: dekId }, material)
    assert.equal(dek.bytes.length, 64)
    await ec2(alice, 'DeleteVolume', { VolumeId: plain })
    assert.equal(await ground.context.store.material({ id, version: dekId }), undefined)
  })

  test('is refused where the key cannot be used, or not by the caller', async () => {
    const { alice, bob, ec2, kms, newKey } = await ec2Ground(awsKmsProtocol)
    const key = await newKey()
    const asked = { AvailabilityZone: `${region}a`, Size: '1', Encrypted: 'true', KmsKeyId: key }
    const denied = await ec2(bob, 'CreateVolume', asked)
    assert.deepEqual(refusal(denied), [403, 'UnauthorizedOperation'])
    assert.match(denied.text, /kms:GenerateDataKeyWithoutPlaintext/)
    await kms(alice, 'DisableKey', { KeyId: key })
    assert.deepEqual(refusal(await ec2(alice, 'CreateVolume', asked)), [400, 'InvalidKMSKey.InvalidState'])
    const unknown = { ...asked, KmsKeyId: 'alias/nothing' }
    assert.deepEqual(refusal(await ec2(alice, 'CreateVolume', unknown)), [400, 'InvalidKMSKey.InvalidState'])
    assert.deepEqual(idsIn(await ec2(alice, 'DescribeVolumes')), [])
  })

  test('asks no more than the type has, and tells what is wrong', async () => {
    const { alice, ec2 } = await ec2Ground(awsKmsProtocol)
    const asked = { AvailabilityZone: `${region}a`, Size: '4' }
    const wrong: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{ ...asked, AvailabilityZone: 'eu-west-1a' }, 'InvalidZone.NotFound'],
      [{ AvailabilityZone: `${region}a` }, 'MissingParameter'],
      [{ Size: '4' }, 'MissingParameter'],
      [{ ...asked, Size: '0' }, 'InvalidParameterValue'],
      [{ ...asked, Size: '70000' }, 'InvalidParameterValue'],
      [{ ...asked, VolumeType: 'gp9' }, 'InvalidParameterValue'],
      [{ ...asked, VolumeType: 'io1' }, 'MissingParameter'],
      [{ ...asked, VolumeType: 'io1', Iops: '201' }, 'InvalidParameterCombination'],
      [{ ...asked, VolumeType: 'gp2', Throughput: '125' }, 'InvalidParameterCombination'],
      [{ ...asked, KmsKeyId: 'alias/aws/ebs' }, 'InvalidParameterDependency'],
      [{ ...asked, SnapshotId: 'snap-00000000000000000' }, 'InvalidSnapshot.NotFound'],
      [{ ...asked, MultiAttachEnabled: 'true' }, 'UnsupportedOperation'],
      [{ ...asked, 'TagSpecification.1.ResourceType': 'instance' }, 'InvalidParameterValue'],
    ]
    for (const [members, code] of wrong) assert.deepEqual(refusal(await ec2(alice, 'CreateVolume', members)), [400, code])
    assert.deepEqual(refusal(await ec2(alice, 'CreateVolume', { ...asked, DryRun: 'true' })), [412, 'DryRunOperation'])
    assert.deepEqual(idsIn(await ec2(alice, 'DescribeVolumes')), [])
  })

  test('gives whoever asks twice with one word the same volume', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const first = await newVolume({ ClientToken: 'once' })
    assert.equal(await newVolume({ ClientToken: 'once' }), first)
    const other = await ec2(alice, 'CreateVolume', { AvailabilityZone: `${region}a`, Size: '9', ClientToken: 'once' })
    assert.deepEqual(refusal(other), [400, 'IdempotentParameterMismatch'])
  })

  test('is encrypted by default where the Region has it so, by the key that the Region names', async () => {
    const { alice, ec2, elsewhere, newKey, newVolume } = await ec2Ground(awsKmsProtocol)
    const key = await newKey()
    assert.equal(valueOf(await ec2(alice, 'GetEbsDefaultKmsKeyId'), 'kmsKeyId'), 'alias/aws/ebs')
    assert.equal(valueOf(await ec2(alice, 'ModifyEbsDefaultKmsKeyId', { KmsKeyId: key }), 'kmsKeyId'), key)
    await ec2(alice, 'EnableEbsEncryptionByDefault')
    const id = await newVolume({ Encrypted: 'false' })
    assert.equal(valueOf(await ec2(alice, 'DescribeVolumes', { 'VolumeId.1': id }), 'kmsKeyId'), key)
    assert.equal(valueOf(await elsewhere(alice, 'GetEbsEncryptionByDefault'), 'ebsEncryptionByDefault'), 'false')
    assert.equal(valueOf(await ec2(alice, 'ResetEbsDefaultKmsKeyId'), 'kmsKeyId'), 'alias/aws/ebs')
    assert.equal(valueOf(await ec2(alice, 'GetEbsEncryptionByDefault'), 'ebsEncryptionByDefault'), 'true')
    await ec2(alice, 'DisableEbsEncryptionByDefault')
    const plain = await newVolume()
    assert.equal(valueOf(await ec2(alice, 'DescribeVolumes', { 'VolumeId.1': plain }), 'encrypted'), 'false')
  })
})

describe('finding volumes', () => {
  test('by ids, by filters, in pages, in their own Region', async () => {
    const { alice, ec2, elsewhere, newVolume } = await ec2Ground(awsKmsProtocol)
    const made = []
    for (const [at, name] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries())
      made.push(
        await newVolume({
          Size: String(at + 1),
          'TagSpecification.1.ResourceType': 'volume',
          'TagSpecification.1.Tag.1.Key': 'Name',
          'TagSpecification.1.Tag.1.Value': `data-${name}`,
        }),
      )
    const first = await ec2(alice, 'DescribeVolumes', { MaxResults: '5' })
    const second = await ec2(alice, 'DescribeVolumes', { MaxResults: '5', NextToken: valueOf(first, 'nextToken') })
    assert.deepEqual([...idsIn(first), ...idsIn(second)], made)
    assert.equal(valueOf(second, 'nextToken'), '')
    const filtered = await ec2(alice, 'DescribeVolumes', {
      'Filter.1.Name': 'tag:Name',
      'Filter.1.Value.1': 'data-?',
      'Filter.2.Name': 'size',
      'Filter.2.Value.1': '2',
      'Filter.2.Value.2': '4',
    })
    assert.deepEqual(idsIn(filtered), [made[1], made[3]])
    assert.deepEqual(idsIn(await elsewhere(alice, 'DescribeVolumes')), [])
    assert.deepEqual(refusal(await ec2(alice, 'DescribeVolumes', { 'Filter.1.Name': 'colour', 'Filter.1.Value.1': 'x' })), [
      400,
      'InvalidParameterValue',
    ])
    assert.deepEqual(refusal(await ec2(alice, 'DescribeVolumes', { NextToken: 'AAAA' })), [400, 'InvalidNextToken'])
  })

  test('tells of one that is gone, or was never there, in the service’s words', async () => {
    const { alice, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const id = await newVolume()
    assert.equal(valueOf(await ec2(alice, 'DeleteVolume', { VolumeId: id }), 'return'), 'true')
    for (const action of ['DescribeVolumes', 'DeleteVolume']) {
      const gone = await ec2(alice, action, action === 'DeleteVolume' ? { VolumeId: id } : { 'VolumeId.1': id })
      assert.deepEqual(refusal(gone), [400, 'InvalidVolume.NotFound'])
      assert.equal(valueOf(gone, 'Message'), `The volume '${id}' does not exist.`)
      assert.match(gone.text, /^<Response><Errors><Error>.*<\/Error><\/Errors><RequestID>[^<]+<\/RequestID><\/Response>$/)
    }
    assert.deepEqual(refusal(await ec2(alice, 'DeleteVolume', { VolumeId: 'disk-1' })), [400, 'InvalidParameterValue'])
  })

  test('and the rights to them are those of its policies, by its tags too', async () => {
    const { ground, ec2, newVolume } = await ec2Ground(awsKmsProtocol)
    const Condition = { StringEquals: { 'aws:ResourceTag/team': 'red' } }
    const policy = {
      ...everything,
      Statement: [{ Effect: 'Allow', Action: 'ec2:DeleteVolume', Resource: `arn:aws:ec2:*:${accountId}:volume/*`, Condition }],
    }
    const carol = await testUser(ground, { accountId, name: 'carol', policy })
    const tagged = { 'TagSpecification.1.ResourceType': 'volume', 'TagSpecification.1.Tag.1.Key': 'team' }
    const red = await newVolume({ ...tagged, 'TagSpecification.1.Tag.1.Value': 'red' })
    const blue = await newVolume({ ...tagged, 'TagSpecification.1.Tag.1.Value': 'blue' })
    assert.deepEqual(refusal(await ec2(carol, 'DeleteVolume', { VolumeId: blue })), [403, 'UnauthorizedOperation'])
    assert.equal((await ec2(carol, 'DeleteVolume', { VolumeId: red })).status, 200)
    assert.deepEqual(refusal(await ec2(carol, 'DescribeVolumes')), [403, 'UnauthorizedOperation'])
  })
})
