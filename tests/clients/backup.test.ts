// `keystead backup create` of an instance that goes on, and `restore` where nothing is: keys, secrets, objects, disks and the audit come back (people.md 4.2).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AttachVolumeCommand, CreateVolumeCommand } from '@aws-sdk/client-ec2'
import { CreateKeyCommand, DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { z } from 'zod'
import { nbdReader } from '#adapters/nbd-client/nbd-client.ts'
import { awsClients } from './aws.ts'
import { ranProgram, removeInstance, startInstance, type Instance, type Ran } from './instance.ts'

const doneShape = z.looseObject({
  records: z.number(),
  disks: z.number(),
  objects: z.number(),
  auditSize: z.number(),
  recipients: z.number(),
  sha256: z.string(),
  leftOut: z.array(z.string()),
})

const dir = mkdtempSync(join(tmpdir(), 'keystead-backup-'))
const [file, identityFile] = [join(dir, 'one.age'), join(dir, 'identity.txt')]
let instance: Instance
let recipient: string
let ciphertext: Uint8Array
let volumeId: string
const body = Buffer.alloc(300_000, 'object bytes ')

function clientsOf({ environment }: Instance) {
  const { administrator, caFile, endpoints } = environment
  const credentials = { accessKeyId: administrator.awsAccessKeyId, secretAccessKey: administrator.awsSecretAccessKey }
  return awsClients({ endpoint: String(endpoints['aws']), ca: readFileSync(caFile, 'utf8') }, credentials)
}

const backup = async (to: string): Promise<z.output<typeof doneShape>> =>
  doneShape.parse(await instance.ask('backup', 'create', '--to', to, '--recipient', recipient))
/** With the instance's own folder out of the way: nothing here knows of a newer state but what is given. */
const restore = async (from: string, into: string, ...words: readonly string[]): Promise<Ran> =>
  ranProgram(['restore', from, '--into', into, '--identity', identityFile, '--data', join(dir, 'no-instance'), ...words], instance.dir)

before(async () => {
  instance = await startInstance()
  const identity = await generateIdentity()
  writeFileSync(identityFile, `# created for this test\n${identity}\n`, { mode: 0o600 })
  recipient = await identityToRecipient(identity)
  const { kms, s3, ec2 } = clientsOf(instance)
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
  const KeyId = KeyMetadata?.KeyId
  ciphertext =
    (await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('before the backup') }))).CiphertextBlob ?? new Uint8Array()
  await s3.send(new CreateBucketCommand({ Bucket: 'backed-up' }))
  await s3.send(new PutObjectCommand({ Bucket: 'backed-up', Key: 'a', Body: body }))
  await s3.send(new PutObjectCommand({ Bucket: 'backed-up', Key: 'short', Body: 'a few bytes' }))
  const { VolumeId = '' } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: 'i-0123456789abcdef0', Device: '/dev/sdf' }))
  volumeId = VolumeId
  await writeSectors(Buffer.alloc(1 << 20, 0x5a))
})
after(async () => {
  await instance.stop()
  await removeInstance(instance)
  rmSync(dir, { recursive: true, force: true })
})

async function exportOf(): Promise<{ readonly uri: string; readonly socket: string; readonly name: string }> {
  const { uri, socket } = z.looseObject({ uri: z.string(), socket: z.string() }).parse(await instance.ask('disk', 'export', volumeId))
  return { uri, socket, name: decodeURIComponent(new URL(uri).pathname.slice(1)) }
}

const hasWriter = (process.env['PATH'] ?? '').split(':').some(folder => existsSync(join(folder, 'qemu-io')))

/** By an unmodified client; where the machine has none, the disk stays a hole, and so it must come back. */
async function writeSectors(bytes: Buffer): Promise<void> {
  if (!hasWriter) return
  const [raw, { uri }] = [join(dir, 'raw'), await exportOf()]
  writeFileSync(raw, bytes)
  execFileSync('qemu-io', ['-f', 'raw', '-c', `write -s ${raw} 0 ${bytes.length}`, '-c', 'flush', uri], { stdio: 'pipe' })
}

async function readSectors(length: number): Promise<Buffer> {
  const { name, socket } = await exportOf()
  const open = await nbdReader(async () => socket).open(name)
  const bytes = await open.read(0, length)
  open.close()
  return Buffer.from(bytes)
}

describe('a backup', () => {
  let done: z.output<typeof doneShape>

  test('is taken while the instance serves, and says what is in it', async () => {
    done = await backup(file)
    assert.deepEqual([done.disks, done.objects, done.recipients, done.leftOut], [1, 1, 1, []])
    assert(done.records > 20 && done.auditSize > 5)
    assert.equal(createHash('sha256').update(readFileSync(file)).digest('hex'), done.sha256)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert(!existsSync(`${file}.partial`) && !existsSync(join(instance.data, 'backup')), 'nothing is left beside it')
    const rows = (await instance.run('audit', 'query', '--json')).stdout
    for (const operation of ['BackupCreate', 'BackupCreated']) assert(rows.includes(`"operation":"${operation}"`))
  })

  test('holds nothing that can be read without a recipient`s key: age all of it, no name, no plaintext', () => {
    const bytes = readFileSync(file)
    assert(bytes.subarray(0, 21).equals(Buffer.from('age-encryption.org/v1')))
    for (const word of ['SQLite format', 'manifest', 'keystead.db', 'object bytes', 'PRIVATE KEY']) assert(!bytes.includes(word), word)
  })

  test('is not written over another, and goes to recipients alone', async () => {
    const again = await instance.run('backup', 'create', '--to', file, '--recipient', recipient)
    assert.equal(again.code, 7)
    for (const words of [
      ['--to', join(dir, 'x')],
      ['--recipient', recipient],
    ])
      assert.equal((await instance.run('backup', 'create', ...words)).code, 3)
    const wrong = await instance.run('backup', 'create', '--to', join(dir, 'x'), '--recipient', 'age1notone')
    assert.equal(wrong.code, 3)
    assert(!existsSync(join(dir, 'x')))
  })

  test('what happens after its moment is not in it; the disk goes on to be written', async () => {
    await writeSectors(Buffer.alloc(1 << 20, 0x77))
    await instance.ask('app', 'add', 'after-the-backup')
    assert((await readSectors(1 << 20)).equals(Buffer.alloc(1 << 20, hasWriter ? 0x77 : 0)))
    await instance.ask('backup', 'create', '--to', join(dir, 'two.age'), '--recipient', recipient)
  })
})

describe('restore', () => {
  test('of an older backup than the newest of this machine is a rollback: refused with exit 7, and nothing is made', async () => {
    const into = join(dir, 'older')
    const { code, stderr } = await restore(file, into)
    assert.equal(code, 7)
    assert.match(
      stderr,
      /because the backup of .+ has \d+ batches of the audit, .+\.checkpoint knows of \d+: what was decided since would be undone/,
    )
    assert(!existsSync(into) && !existsSync(`${into}.restoring`))
  })

  test('of the newest is one too, where a running instance or a kept checkpoint knows more', async () => {
    // What the backup itself left in the audit is signed by now, and so in the checkpoint beside the data.
    writeFileSync(join(dir, 'kept'), (await instance.run('audit', 'head')).stdout)
    const beside = await ranProgram(
      ['restore', join(dir, 'two.age'), '--into', join(dir, 'beside'), '--identity', identityFile, '--data', instance.data],
      instance.dir,
    )
    assert.equal(beside.code, 7)
    assert.equal((await restore(join(dir, 'two.age'), join(dir, 'beside'), '--checkpoint', join(dir, 'kept'))).code, 7)
    assert.equal((await restore(join(dir, 'two.age'), join(dir, 'newest'))).code, 0)
  })

  test('without the key of a recipient it is closed; damaged or cut it is refused', async () => {
    const other = join(dir, 'other.txt')
    writeFileSync(other, await generateIdentity(), { mode: 0o600 })
    const strange = await ranProgram(['restore', file, '--into', join(dir, 'strange'), '--identity', other], instance.dir)
    assert.equal(strange.code, 5)
    const bytes = readFileSync(file)
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    for (const [name, content] of [
      ['flipped', flipped],
      ['cut', bytes.subarray(0, bytes.length - 70_000)],
    ] as const) {
      writeFileSync(join(dir, name), content)
      const { code } = await restore(join(dir, name), join(dir, 'damaged'), '--accept-rollback')
      assert.equal(code, 1, name)
      assert(!existsSync(join(dir, 'damaged')))
    }
    assert.equal((await restore(join(dir, 'none.age'), join(dir, 'damaged'))).code, 6)
  })

  test('over something that is there is refused, and it stays as it was', async () => {
    mkdirSync(join(dir, 'taken'))
    writeFileSync(join(dir, 'taken', 'mine'), 'mine')
    assert.equal((await restore(file, join(dir, 'taken'), '--accept-rollback')).code, 7)
    assert.deepEqual(readdirSync(join(dir, 'taken')), ['mine'])
  })

  test('after the machine is lost: by backup and seal alone everything of its moment is back, and nothing of later', async () => {
    const trust = readFileSync(instance.environment.caFile)
    await instance.stop()
    rmSync(instance.data, { recursive: true })
    const { code, stdout } = await restore(file, instance.data, '--accept-rollback')
    assert.equal(code, 0)
    assert.match(stdout, /records, 1 disks, 1 objects of 20/)
    assert.equal(
      (await instance.run('doctor', '--deep')).code,
      0,
      'every record opens, the audit is intact, every chunk and object is there',
    )
    await instance.start()
    const { kms, s3 } = clientsOf(instance)
    const { Plaintext = new Uint8Array() } = await kms.send(new DecryptCommand({ CiphertextBlob: ciphertext }))
    assert.equal(Buffer.from(Plaintext).toString(), 'before the backup')
    const got = await s3.send(new GetObjectCommand({ Bucket: 'backed-up', Key: 'a' }))
    assert(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body))
    const short = await s3.send(new GetObjectCommand({ Bucket: 'backed-up', Key: 'short' }))
    assert.equal(await short.Body?.transformToString(), 'a few bytes')
    assert((await readSectors(1 << 20)).equals(Buffer.alloc(1 << 20, hasWriter ? 0x5a : 0)), 'the disk is as it was at the backup')
    assert(!(await instance.run('audit', 'query', '--json')).stdout.includes('after-the-backup'))
    assert.deepEqual(readFileSync(instance.environment.caFile), trust, 'clients trust it as before')
    assert.equal((await instance.run('audit', 'verify')).code, 0)
  })

  test('without a seal of that moment it does not open', async () => {
    const into = join(dir, 'sealed')
    cpSync(instance.data, join(dir, 'unused'), { recursive: true, filter: path => !path.endsWith('.sock') })
    assert.equal((await restore(file, into, '--accept-rollback')).code, 0)
    assert(!readdirSync(into, { recursive: true }).some(name => String(name).endsWith('.key') && !String(name).startsWith('tls')))
    const { code } = await ranProgram(['audit', 'verify', '--data', into], join(dir, 'another-user'))
    assert.equal(code, 2, 'no key file of a seal comes with it')
  })
})
