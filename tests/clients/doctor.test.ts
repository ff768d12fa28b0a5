// `keystead doctor` before, beside and without an instance: what is wrong is found, and a way out is named (people.md 4.2).
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { awsClients } from './aws.ts'
import { program, ranProgram, removeInstance, startInstance, withoutProxies, type Instance, type Ran } from './instance.ts'

const reportShape = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ id: z.string(), state: z.enum(['ok', 'warn', 'fail']), message: z.string(), fix: z.string().optional() })),
})
type Report = z.output<typeof reportShape>

const nowhere = mkdtempSync(join(tmpdir(), 'keystead-doctor-'))
let instance: Instance
before(async () => {
  instance = await startInstance()
})
after(async () => {
  assert(!(await removeInstance(instance)))
  rmSync(nowhere, { recursive: true, force: true })
})

/** In a shell of these variables alone. */
async function examined(env: NodeJS.ProcessEnv, ...words: readonly string[]): Promise<Ran & { readonly report: Report }> {
  const { promise, resolve } = Promise.withResolvers<Ran>()
  execFile(program, ['doctor', '--data', instance.data, ...words, '--json'], { env }, (error, stdout, stderr) =>
    resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
  )
  const ran = await promise
  return { ...ran, report: reportShape.parse(JSON.parse(ran.stdout)) }
}

const plain = (): NodeJS.ProcessEnv => ({ ...withoutProxies(), XDG_STATE_HOME: join(instance.dir, 'state') })
const stateOf = ({ checks }: Report, id: string): string | undefined => checks.find(check => check.id === id)?.state
const messageOf = ({ checks }: Report, id: string): string => checks.find(check => check.id === id)?.message ?? ''

describe('before there is an instance', () => {
  test('an empty place is well: exit 0, and nothing is made by looking', async () => {
    const { code, stdout } = await ranProgram(['doctor', '--data', join(nowhere, 'none')], nowhere)
    assert([0, 1].includes(code), 'a port may be taken by another test')
    assert.match(stdout, /^✓ DataDirectory: .+ is not there yet: start makes it$/m)
    assert(!existsSync(join(nowhere, 'none')))
  })

  test('a port that another program has is wrong, with the command that takes the next', async () => {
    const server = createServer().listen({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    const address = server.address()
    assert(typeof address === 'object' && address !== null)
    writeFileSync(join(nowhere, 'keystead.json'), JSON.stringify({ listen: { port: address.port } }))
    const { code, stdout } = await ranProgram(
      ['doctor', '--data', join(nowhere, 'none'), '--config', join(nowhere, 'keystead.json')],
      nowhere,
    )
    server.close()
    assert.equal(code, 1)
    assert(stdout.includes(`✗ Port: port ${address.port} is taken by another program`), stdout)
    assert(stdout.includes(`next: keystead start --port ${address.port + 1}`), stdout)
  })

  test('a configuration that start would refuse is wrong', async () => {
    writeFileSync(join(nowhere, 'wrong.json'), JSON.stringify({ listne: { port: 1 } }))
    const { code, stdout } = await ranProgram(['doctor', '--config', join(nowhere, 'wrong.json'), '--data', join(nowhere, 'none')], nowhere)
    assert.equal(code, 1)
    assert.match(stdout, /^✗ Configuration: .+listne\.port is no setting; the nearest is listen\.port$/m)
  })
})

describe('beside a running instance', () => {
  test('everything but the development seal is well', async () => {
    const { code, report } = await examined(plain())
    assert.deepEqual([code, report.ok], [0, true])
    assert.deepEqual(
      report.checks.filter(({ state }) => state !== 'ok').map(({ id }) => id),
      ['Seals'],
    )
  })

  for (const client of ['az', 'python', 'node', 'go', 'java', 'terraform', 'curl', 'aws', 'boto3']) {
    test(`${client}: a bare shell is told what is missing, that of \`env\` reaches the instance`, async () => {
      const bare = await examined(plain(), '--client', client)
      assert.deepEqual([bare.code, bare.report.ok], [1, false])
      assert(
        bare.report.checks.every(({ state, fix }) => state === 'ok' || (fix ?? '') !== ''),
        'every finding has a way out',
      )
      const set = await examined({ ...plain(), ...instance.clientEnvironment }, '--client', client)
      assert.equal(set.code, 0, set.stdout)
      assert.equal(stateOf(set.report, 'ClientReach'), 'ok')
    })
  }

  test('NO_PROXY that hides the domain is told of every shell, and wrong for a client', async () => {
    const hidden = { ...plain(), ...instance.clientEnvironment, NO_PROXY: 'test', no_proxy: 'test' }
    const { code, report } = await examined(hidden)
    assert.deepEqual([code, stateOf(report, 'NoProxy')], [0, 'warn'])
    assert.match(messageOf(report, 'NoProxy'), /^NO_PROXY=test hides keystead\.test$/)
    assert.equal((await examined(hidden, '--client', 'curl')).code, 1)
  })

  test('a file of authorities that does not hold our root is named with its variable', async () => {
    const other = join(instance.dir, 'other.pem')
    writeFileSync(other, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
    const { code, report } = await examined({ ...plain(), ...instance.clientEnvironment, CURL_CA_BUNDLE: other }, '--client', 'curl')
    assert.equal(code, 1)
    assert.match(messageOf(report, 'ClientTrust'), /^CURL_CA_BUNDLE names .+other\.pem, which does not hold our root$/)
  })

  test('a proxy that is somebody else`s is found by asking through it', async () => {
    const elsewhere = { HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' }
    const { code, report } = await examined({ ...plain(), ...instance.clientEnvironment, ...elsewhere }, '--client', 'curl')
    assert.deepEqual([code, stateOf(report, 'ClientReach')], [1, 'fail'])
  })

  test('a client that nobody knows is a usage error', async () => {
    const { code } = await instance.run('doctor', '--client', 'cobol')
    assert.equal(code, 3)
  })
})

/** One object with bytes of its own. */
async function putObject(): Promise<void> {
  const { administrator, caFile, endpoints } = instance.environment
  const credentials = { accessKeyId: administrator.awsAccessKeyId, secretAccessKey: administrator.awsSecretAccessKey }
  const { s3 } = awsClients({ endpoint: String(endpoints['aws']), ca: readFileSync(caFile, 'utf8') }, credentials)
  await s3.send(new CreateBucketCommand({ Bucket: 'examined' }))
  await s3.send(new PutObjectCommand({ Bucket: 'examined', Key: 'a', Body: 'some bytes'.repeat(2_000) }))
  await s3.send(new PutObjectCommand({ Bucket: 'examined', Key: 'short, with its record', Body: 'some bytes' }))
}

/** Files below the folder of objects. */
const objectFiles = (): readonly string[] =>
  readdirSync(join(instance.data, 'objects'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))

describe('--deep', () => {
  test('reads every record, the audit, each object`s bytes and each chunk; the same when stopped', async () => {
    const running = await examined(plain(), '--deep')
    assert.equal(running.code, 0, running.stdout)
    assert.match(messageOf(running.report, 'Records'), /^\d+ records open, \d+ rows of the audit are intact$/)
    await putObject()
    assert.match(
      messageOf((await examined(plain(), '--deep')).report, 'Bytes'),
      /^0 chunks of 0 disks and the bytes of 1 objects are whole$/,
    )
    await instance.stop()
    const stopped = await examined(plain(), '--deep')
    assert.equal(stopped.code, 0, stopped.stdout)
    assert.match(messageOf(stopped.report, 'Bytes'), /^0 chunks of 0 disks and the bytes of 1 objects are whole$/)
  })

  test('a seal file that others may read, and a data directory that is open, are wrong; the fix cures', async () => {
    const key = readdirSync(join(instance.dir, 'state', 'keystead')).find(name => name.endsWith('.key')) ?? ''
    const file = join(instance.dir, 'state', 'keystead', key)
    chmodSync(file, 0o444)
    chmodSync(instance.data, 0o755)
    const { code, report } = await examined(plain())
    assert.deepEqual([code, stateOf(report, 'SealFile'), stateOf(report, 'DataDirectory')], [1, 'fail', 'fail'])
    assert(report.checks.some(({ fix }) => fix === `chmod 0400 ${file}`))
    chmodSync(file, 0o400)
    chmodSync(instance.data, 0o700)
    assert.equal((await examined(plain())).code, 0)
  })

  test('bytes of an object that are cut, or gone, are wrong', async () => {
    const [file = ''] = objectFiles()
    const kept = readFileSync(file)
    truncateSync(file, kept.length - 1)
    const cut = await examined(plain(), '--deep')
    assert.deepEqual([cut.code, stateOf(cut.report, 'Bytes')], [1, 'fail'])
    assert.match(messageOf(cut.report, 'Bytes'), /^1 wrong; the first: object bytes .+: they are 20079 bytes long and should have 20080$/)
    rmSync(file)
    assert.match(messageOf((await examined(plain(), '--deep')).report, 'Bytes'), /they are not there/)
    writeFileSync(file, kept)
    assert.equal((await examined(plain(), '--deep')).code, 0)
  })

  test('a record that was changed is wrong, and says which', async () => {
    const database = join(instance.data, 'keystead.db')
    const kept = readFileSync(database)
    const db = new DatabaseSync(database)
    db.exec('UPDATE record SET body = zeroblob(length(body)) WHERE id = (SELECT id FROM record ORDER BY id LIMIT 1)')
    db.close()
    const { code, report } = await examined(plain(), '--deep')
    assert.deepEqual([code, stateOf(report, 'Records')], [1, 'fail'])
    assert.match(messageOf(report, 'Records'), /record [0-9a-f]{96}: the record was changed: it does not open$/)
    writeFileSync(database, kept)
  })

  test('a database that does not read is wrong, not a crash', async () => {
    mkdirSync(join(nowhere, 'broken'), { mode: 0o700 })
    writeFileSync(
      join(nowhere, 'broken', 'keystead.db'),
      'no database at all, and long enough to be taken for the header of one, which it is not',
    )
    const { code, stdout } = await ranProgram(['doctor', '--data', join(nowhere, 'broken')], nowhere)
    assert.equal(code, 1)
    assert.match(stdout, /^✗ Database: the database does not open: /m)
    truncateSync(join(nowhere, 'broken', 'keystead.db'))
  })
})
