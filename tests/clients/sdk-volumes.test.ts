// Volumes as a user of EC2's own client has them: made, attached, written by an NBD client, kept in snapshots, copied, taken away with their key.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  globSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  AttachVolumeCommand,
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeTagsCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  EC2ServiceException,
  ModifyVolumeCommand,
  paginateDescribeSnapshots,
  waitUntilSnapshotCompleted,
  waitUntilVolumeAvailable,
  waitUntilVolumeInUse,
} from '@aws-sdk/client-ec2'
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, ListGrantsCommand } from '@aws-sdk/client-kms'
import { z } from 'zod'
import { awsClients, type AwsPrincipal } from './aws.ts'
import { behindInstance } from './behind.ts'
import { operationsTold } from './operations-told.ts'

const instance = await behindInstance(import.meta.filename)
const { clientEnvironment, dir, data } = instance
const variable = (name: string): string => clientEnvironment[name] ?? assert.fail(`${name} is not set`)
const at = {
  endpoint: variable('AWS_ENDPOINT_URL').replace(/\/$/, ''),
  ca: readFileSync(instance.environment.caFile, 'utf8'),
}
const administrator = { accessKeyId: variable('AWS_ACCESS_KEY_ID'), secretAccessKey: variable('AWS_SECRET_ACCESS_KEY') }
const region = variable('AWS_REGION')
const told = operationsTold('sdk-volumes.test.ts')
const clientsOf = (whom: AwsPrincipal, where = region) => {
  const clients = awsClients({ ...at, region: where }, whom)
  clients.ec2.middlewareStack.add(
    (next, { commandName }) =>
      async args =>
        told.through(commandName, async () => next(args)),
    { step: 'initialize' },
  )
  return clients
}
const { ec2, kms } = clientsOf(administrator)
const AvailabilityZone = `${region}a`
const InstanceId = 'i-0123456789abcdef0'
const wait = { client: ec2, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }

const runTool = promisify(execFile)
const hasNbd = (process.env['PATH'] ?? '').split(':').some(folder => existsSync(join(folder, 'nbdcopy')))
if (!hasNbd && process.env['CI'] === 'true') assert.fail('nbdcopy is missing: apt-get install libnbd-bin')
const skip = hasNbd ? false : 'nbdcopy is missing: apt-get install libnbd-bin'

const exported = z.looseObject({ uri: z.string() })
const accountMade = z.looseObject({ rootAccessKeyId: z.string(), rootSecretAccessKey: z.string() })

/** Bytes with a canary here and there: what is looked for at rest when the file has run. */
function image(name: string, mebibytes: number, used = 8): string {
  const path = join(dir, name)
  writeFileSync(path, '')
  truncateSync(path, mebibytes * 2 ** 20)
  const file = openSync(path, 'r+')
  for (let piece = 0; piece < used; piece += 1) {
    const bytes = randomBytes(2 ** 20)
    bytes.write(`canary-${name}-${piece}`, 512 * piece)
    writeSync(file, bytes, 0, bytes.length, piece * 4 * 2 ** 20)
  }
  closeSync(file)
  return path
}

async function refusalOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
  } catch (error) {
    if (error instanceof EC2ServiceException) return error.name
    throw error
  }
  return assert.fail('it was not refused')
}

const newKey = async (): Promise<string> => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? assert.fail('no key')
const attach = async (VolumeId: string, Device = '/dev/sdf'): Promise<string> => {
  await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }))
  await waitUntilVolumeInUse(wait, { VolumeIds: [VolumeId] })
  return exported.parse(await instance.ask('disk', 'export', VolumeId)).uri
}
const detach = async (VolumeId: string) => ec2.send(new DetachVolumeCommand({ VolumeId }))
const copied = async (from: string, to: string) => runTool('nbdcopy', ['--flush', from, to])
const volume = async (members: Partial<ConstructorParameters<typeof CreateVolumeCommand>[0]>): Promise<string> => {
  const { VolumeId = assert.fail('no volume') } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone, ...members }))
  await waitUntilVolumeAvailable(wait, { VolumeIds: [VolumeId] })
  return VolumeId
}
/** Reads all of a volume and holds its beginning to these bytes; how large it is. */
async function held(VolumeId: string, bytes: Buffer, why = 'other bytes than were written'): Promise<number> {
  const path = join(dir, `${VolumeId}.read`)
  await copied(await attach(VolumeId, '/dev/sdr'), path)
  await detach(VolumeId)
  const beginning = Buffer.alloc(bytes.length)
  const file = openSync(path, 'r')
  readSync(file, beginning, 0, bytes.length, 0)
  closeSync(file)
  const { size } = statSync(path)
  unlinkSync(path)
  assert.ok(beginning.equals(bytes), why)
  return size
}
const snapshot = async (VolumeId: string): Promise<string> => {
  const { SnapshotId = assert.fail('no snapshot') } = await ec2.send(new CreateSnapshotCommand({ VolumeId }))
  await waitUntilSnapshotCompleted(wait, { SnapshotIds: [SnapshotId] })
  return SnapshotId
}

describe('EC2’s client for JavaScript', { concurrency: 1, timeout: 300_000, skip }, () => {
  after(async () => told.settle(instance))

  test('keeps what an attached volume holds, and makes a volume of it with the same bytes', async () => {
    const KmsKeyId = await newKey()
    const [one, two] = [image('first', 64), image('second', 64)]
    const VolumeId = await volume({ Size: 1, Encrypted: true, KmsKeyId })
    const uri = await attach(VolumeId)
    await copied(one, uri)
    const SnapshotId = await snapshot(VolumeId)
    await copied(two, uri)
    const restored = await volume({ SnapshotId, Size: 2, VolumeType: 'gp3' })
    const first = readFileSync(one)
    assert.ok(first.includes('canary-first'), 'what is looked for at rest can be found where it is')
    assert.equal(await held(restored, first), 2 * 2 ** 30)
    await detach(VolumeId)
    await held(VolumeId, readFileSync(two))
    await ec2.send(new DeleteVolumeCommand({ VolumeId }))
    assert.equal(await refusalOf(ec2.send(new CreateSnapshotCommand({ VolumeId }))), 'InvalidVolume.NotFound')
    await held(await volume({ SnapshotId }), first, 'the snapshot outlives it')
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId }))
    assert.equal(await refusalOf(ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }))), 'InvalidSnapshot.NotFound')
  })

  test('copies under another key, also to another Region, and the first key is not needed for the copy', async () => {
    const [KmsKeyId, other] = [await newKey(), await newKey()]
    const VolumeId = await volume({ Size: 1, Encrypted: true, KmsKeyId })
    const path = image('copied', 32)
    await copied(path, await attach(VolumeId))
    const SourceSnapshotId = await snapshot(VolumeId)
    const source = { SourceRegion: region, SourceSnapshotId }
    const { SnapshotId = '' } = await ec2.send(new CopySnapshotCommand({ ...source, Encrypted: true, KmsKeyId: other }))
    await waitUntilSnapshotCompleted(wait, { SnapshotIds: [SnapshotId] })
    const far = clientsOf(administrator, 'eu-west-1').ec2
    const { SnapshotId: there = '' } = await far.send(new CopySnapshotCommand(source))
    await waitUntilSnapshotCompleted({ ...wait, client: far }, { SnapshotIds: [there] })
    const { Snapshots } = await far.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
    assert.deepEqual(
      Snapshots?.map(({ SnapshotId: id, State, Progress, Encrypted, VolumeSize }) => [id, State, Progress, Encrypted, VolumeSize]),
      [[there, 'completed', '100%', true, 1]],
    )
    await detach(VolumeId)
    assert.deepEqual((await kms.send(new ListGrantsCommand({ KeyId: KmsKeyId }))).Grants, [])
    await kms.send(new DisableKeyCommand({ KeyId: KmsKeyId }))
    await held(await volume({ SnapshotId }), readFileSync(path))
    assert.equal(
      await refusalOf(ec2.send(new CreateVolumeCommand({ AvailabilityZone, SnapshotId: SourceSnapshotId }))),
      'InvalidKMSKey.InvalidState',
    )
  })

  test('reads and writes nothing within a second of its key’s end, attaches nothing more, and goes on when the key is back', async () => {
    const KmsKeyId = await newKey()
    const [VolumeId, another] = [await volume({ Size: 1, Encrypted: true, KmsKeyId }), await volume({ Size: 1, Encrypted: true, KmsKeyId })]
    const uri = await attach(VolumeId)
    const path = image('stopped', 32)
    await copied(path, uri)
    // A client that is connected all the time: it reads over and over, and says when it could not.
    const reading = (async () => {
      for (;;) await runTool('nbdcopy', [uri, 'null:'])
    })()
    const stopped = reading.then(
      () => 0,
      () => performance.now(),
    )
    await pause(300)
    await kms.send(new DisableKeyCommand({ KeyId: KmsKeyId }))
    const disabledAt = performance.now()
    assert.ok((await stopped) - disabledAt < 1_000, `${(await stopped) - disabledAt} ms`)
    assert.equal(
      await refusalOf(ec2.send(new AttachVolumeCommand({ VolumeId: another, InstanceId, Device: '/dev/sdg' }))),
      'InvalidKMSKey.InvalidState',
    )
    await kms.send(new EnableKeyCommand({ KeyId: KmsKeyId }))
    await attach(another, '/dev/sdg')
    const back = join(dir, 'stopped.back')
    await copied(uri, back)
    const bytes = readFileSync(path)
    assert.ok(readFileSync(back).subarray(0, bytes.length).equals(bytes))
    for (const id of [VolumeId, another]) await detach(id)
  })

  test('grows a volume, and keeps its bytes; tags what it has, and lists in pages', async () => {
    const VolumeId = await volume({ Size: 1, Encrypted: true })
    const path = image('grown', 16)
    await copied(path, await attach(VolumeId))
    const { VolumeModification } = await ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 3, VolumeType: 'gp3' }))
    assert.deepEqual([VolumeModification?.OriginalSize, VolumeModification?.TargetSize, VolumeModification?.TargetIops], [1, 3, 3_000])
    const { VolumesModifications } = await ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [VolumeId] }))
    assert.deepEqual(
      VolumesModifications?.map(({ ModificationState, Progress }) => [ModificationState, Progress]),
      [['completed', 100]],
    )
    assert.equal(await refusalOf(ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 2 }))), 'InvalidParameterValue')
    await detach(VolumeId)
    assert.equal(await held(VolumeId, readFileSync(path)), 3 * 2 ** 30)
    const ids = [await snapshot(VolumeId), await snapshot(VolumeId)]
    await ec2.send(new CreateTagsCommand({ Resources: [VolumeId, ...ids], Tags: [{ Key: 'use', Value: 'test' }] }))
    const { Tags } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['use'] }] }))
    assert.deepEqual(
      Tags?.map(({ ResourceId }) => ResourceId),
      [VolumeId, ...ids],
    )
    const found: (string | undefined)[] = []
    const filter = { OwnerIds: ['self'], Filters: [{ Name: 'tag:use', Values: ['test'] }] }
    for await (const { Snapshots = [] } of paginateDescribeSnapshots({ client: ec2, pageSize: 5 }, filter))
      found.push(...Snapshots.map(one => one.SnapshotId))
    assert.deepEqual(found, ids)
  })

  test('shows nothing of it to another account', async () => {
    const made = accountMade.parse(await instance.ask('aws', 'account', 'add', '444455556666'))
    const stranger = clientsOf({ accessKeyId: made.rootAccessKeyId, secretAccessKey: made.rootSecretAccessKey }).ec2
    const VolumeId = await volume({ Size: 1, Encrypted: true })
    const SnapshotId = await snapshot(VolumeId)
    assert.equal(
      await refusalOf(stranger.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' }))),
      'InvalidVolume.NotFound',
    )
    assert.equal(await refusalOf(stranger.send(new CreateVolumeCommand({ AvailabilityZone, SnapshotId }))), 'InvalidSnapshot.NotFound')
    assert.equal(
      await refusalOf(stranger.send(new CopySnapshotCommand({ SourceRegion: region, SourceSnapshotId: SnapshotId }))),
      'InvalidSnapshot.NotFound',
    )
  })

  test('finds a copy whole after the power went while it was made, and no bytes of a snapshot that nobody was told of', async () => {
    const [KmsKeyId, other] = [await newKey(), await newKey()]
    const VolumeId = await volume({ Size: 1, Encrypted: true, KmsKeyId })
    const path = image('interrupted', 640, 160)
    await copied(path, await attach(VolumeId))
    await detach(VolumeId)
    const SourceSnapshotId = await snapshot(VolumeId)
    const { SnapshotId = '' } = await ec2.send(
      new CopySnapshotCommand({ SourceRegion: region, SourceSnapshotId, Encrypted: true, KmsKeyId: other }),
    )
    // Whether they are answered before the power goes is no outcome of theirs.
    const doomed = awsClients({ ...at, region }, administrator).ec2
    const asked = Array.from({ length: 4 }, async () => doomed.send(new CreateSnapshotCommand({ VolumeId })))
    const told = Promise.allSettled(asked)
    await pause(20)
    await instance.kill()
    const answered = (await told).flatMap(one => (one.status === 'fulfilled' ? [one.value.SnapshotId] : []))
    await instance.start()
    await waitUntilSnapshotCompleted(wait, { SnapshotIds: [SnapshotId] })
    const bytes = readFileSync(path)
    await held(await volume({ SnapshotId }), bytes)
    const { Snapshots = [] } = await ec2.send(
      new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [{ Name: 'volume-id', Values: [VolumeId] }] }),
    )
    const known = Snapshots.map(one => one.SnapshotId)
    for (const id of answered) assert.ok(known.includes(id), `${id} was answered`)
    for (const id of known) await held(await volume({ SnapshotId: id }), bytes)
    const intents = () => globSync(join(data, '**/.intents/*'))
    for (const end = performance.now() + 30_000; intents().length > 0 && performance.now() < end;) await pause(200)
    assert.deepEqual(intents(), [])
    assert.ok(readdirSync(join(data, 'disks')).length > 0)
  })
})
