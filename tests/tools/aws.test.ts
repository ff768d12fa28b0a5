// boto3, the AWS Encryption SDK, the S3 Encryption Client, the Go SDK and the aws CLI as they are published: endpoint, trust, Region and keys by `keystead env`.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { javaScriptSections } from '#tests/clients/operations-told.ts'
import { goProgram } from './go.ts'
import { clientPage } from './page.ts'
import { clientFolder, findProgram, programAt, ran, testMissing } from './programs.ts'

const python = programAt(join(clientFolder('awspython'), 'bin', 'python3'), ['-c', 'import boto3, aws_encryption_sdk, s3_encryption'])
const aws = findProgram('aws', ['--version'])
const go = goProgram('aws')
/** Steps of account.py: together every operation of the key service. */
const steps: readonly (readonly [step: string, what: string])[] = [
  ['keys', 'a key is made, described, listed, tagged, disabled and enabled; its policy is read and written'],
  ['aliases', 'a name moves from key to key, and what was sealed before still opens'],
  ['envelopes', 'plaintexts, data keys and pairs of keys are sealed under a context and opened with it alone'],
  ['signatures', 'RSA, secp256k1, Ed25519 and ML-DSA sign; what is changed does not verify'],
  ['codes', 'HMAC codes are made and verified'],
  ['agreements', 'ECDH and ML-KEM agree with a partner'],
  ['rotation', 'a key rotates by its period and on demand, and opens what it sealed before'],
  ['grants', 'grants are given, listed, retired and revoked'],
  ['importing', 'material is brought, taken away and brought again'],
  ['regions', 'a key stands in two Regions, and its primary moves'],
  ['stores', 'key stores that are not there are refused'],
  ['deletion', 'a key waits for its deletion, and comes back disabled'],
  ['encryption_sdk', 'the Encryption SDK seals under a key, and opens'],
  ['encryption_client', 'the S3 Encryption Client seals objects under a key'],
]

const identity = z.looseObject({ Arn: z.string(), Account: z.string() })
const accessKey = z.looseObject({ AccessKey: z.looseObject({ AccessKeyId: z.string(), SecretAccessKey: z.string() }) })
const keyMade = z.looseObject({ KeyMetadata: z.looseObject({ KeyId: z.string(), Arn: z.string() }) })

if (python === undefined || aws === undefined || go === undefined)
  testMissing('clients of accounts', 'no boto3, aws CLI or Go SDK', ['awspython', 'aws', 'go'])
else testAws({ python, aws, go }, await behindInstance(import.meta.filename))

function testAws(programs: { readonly python: string; readonly aws: string; readonly go: string }, instance: Instance): void {
  const { dir } = instance
  const [asked, told] = [['-m', 'pip', 'list', '--format=freeze'], new Map<string, string>()]
  const listed = spawnSync(programs.python, asked, { encoding: 'utf8' }).stdout
  for (const line of listed.split('\n')) told.set(line.split('==')[0] ?? '', line.split('==')[1] ?? '')
  const cli = /aws-cli\/(\S+)/.exec(spawnSync(programs.aws, ['--version'], { encoding: 'utf8' }).stdout)?.[1]
  const modules = spawnSync('go', ['version', '-m', programs.go], { encoding: 'utf8' }).stdout
  const goKms = /aws-sdk-go-v2\/service\/kms\s+v(\S+)/.exec(modules)?.[1]
  const named = ['boto3', 'aws-encryption-sdk', 'amazon-s3-encryption-client-python'].map(name => `${name} ${told.get(name)}`)
  const masks: [text: string | undefined, word: string][] = []
  const page = clientPage(instance, {
    file: 'aws.md',
    title: 'AWS: boto3, the aws CLI, Go, JavaScript',
    lead: `${named.join(', ')}, aws CLI ${cli}, aws-sdk-go-v2 kms ${goKms}; the programs are \`tests/tools/account.py\` and \`tests/tools/go/aws\`. JavaScript's are \`tests/clients/sdk-kms.test.ts\` and \`sdk-custody.test.ts\`.`,
    masks,
    calls: 'as a set',
    besides: Object.values(javaScriptSections),
  })
  const nobody: NodeJS.ProcessEnv = {}
  const who = { administrator: { ...process.env }, nobody }
  type By = keyof typeof who
  const run = async (program: string, words: readonly string[], by: By): Promise<Ran> => ran(program, words, { env: who[by], cwd: dir })
  const command = async (words: readonly string[], by: By = 'administrator', refusal?: RegExp): Promise<Ran> =>
    page.ran(`aws ${words.join(' ')}`, async () => run(programs.aws, words, by), { by, ...(refusal !== undefined && { refusal }) })
  const answered = async <S extends z.ZodType>(schema: S, words: readonly string[]): Promise<z.output<S>> =>
    schema.parse(JSON.parse((await run(programs.aws, [...words, '--output', 'json'], 'administrator')).stdout))
  const step = async ([name, ...words]: readonly [string, ...string[]], what: string, by: By = 'administrator'): Promise<void> => {
    const script = join(import.meta.dirname, 'account.py')
    const { stdout } = await page.ran(`${name}: ${what}`, async () => run(programs.python, [script, name, ...words], by), { by })
    assert.equal(stdout.trim(), name)
  }

  describe('clients of accounts', { concurrency: 1, timeout: 600_000 }, () => {
    before(async () => {
      const { Account } = await answered(identity, ['sts', 'get-caller-identity'])
      masks.push([Account, 'ACCOUNT'], [dir, 'DIR'])
      await answered(z.unknown(), ['iam', 'create-user', '--user-name', 'nobody'])
      const { AccessKey } = await answered(accessKey, ['iam', 'create-access-key', '--user-name', 'nobody'])
      Object.assign(nobody, process.env, { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey })
    })
    after(async () => page.settle())

    describe('boto3', () => {
      before(() => page.section('boto3'))
      for (const [name, what] of steps) test(what, async () => step([name], what))
      test('who has no right is refused everything, and learns nothing of a key', async () => {
        const { KeyMetadata: key } = await answered(keyMade, ['kms', 'create-key'])
        const plain = ['kms', 'encrypt', '--key-id', key.KeyId, '--plaintext', 'eA==', '--query', 'CiphertextBlob', '--output', 'text']
        const { stdout } = await run(programs.aws, plain, 'administrator')
        await step(['refusals', key.Arn, stdout.trim()], 'who has no right is refused everything', 'nobody')
      })
    })

    describe('the aws CLI', () => {
      before(() => page.section('aws CLI'))
      const [secret, file] = [`canary-${randomBytes(8).toString('hex')}`, join(dir, 'db-creds.yml')]

      test('says who it is, and lists keys', async () => {
        await command(['sts', 'get-caller-identity'])
        await command(['kms', 'list-keys'])
      })

      test('encrypts a file for Git, and decrypts it with its context alone', async () => {
        writeFileSync(file, `password: ${secret}\n`)
        const { KeyMetadata: key } = await answered(keyMade, ['kms', 'create-key', '--description', 'files'])
        masks.push([key.KeyId, 'KEY'])
        await command(['kms', 'create-alias', '--alias-name', 'alias/my-secrets', '--target-key-id', key.KeyId])
        const context = ['--encryption-context', 'file=db-creds.yml']
        const sealing = ['kms', 'encrypt', '--key-id', 'alias/my-secrets', '--plaintext', `fileb://${file}`, ...context]
        const { stdout } = await command([...sealing, '--query', 'CiphertextBlob', '--output', 'text'])
        writeFileSync(`${file}.encrypted`, Buffer.from(stdout, 'base64'))
        assert(!readFileSync(`${file}.encrypted`).includes(secret))
        const opening = ['kms', 'decrypt', '--ciphertext-blob', `fileb://${file}.encrypted`, '--query', 'Plaintext', '--output', 'text']
        const opened = await command([...opening, ...context])
        assert.equal(Buffer.from(opened.stdout, 'base64').toString(), `password: ${secret}\n`)
        await command(opening, 'administrator', /InvalidCiphertextException/)
        await command([...opening, ...context], 'nobody', /AccessDeniedException/)
      })

      test('keeps a folder in a bucket that encrypts under a key', async () => {
        await command(['s3', 'mb', 's3://cli-files'])
        await command([
          's3',
          'cp',
          file,
          's3://cli-files/db-creds.yml',
          '--sse',
          'aws:kms',
          '--sse-kms-key-id',
          'alias/my-secrets',
          '--no-progress',
        ])
        await command(['s3', 'ls', 's3://cli-files/'])
        await command(['s3', 'cp', 's3://cli-files/db-creds.yml', `${file}.again`, '--no-progress'])
        assert.equal(readFileSync(`${file}.again`, 'utf8'), `password: ${secret}\n`)
        await command(
          ['s3', 'cp', 's3://cli-files/db-creds.yml', `${file}.stolen`, '--no-progress'],
          'nobody',
          /403|Forbidden|AccessDenied/,
        )
        await command(['s3', 'rb', '--force', 's3://cli-files'])
      })

      test('signs with another secret in vain', async () => {
        const env = { ...process.env, AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) }
        const words = ['kms', 'list-keys']
        const done = async (): Promise<Ran> => ran(programs.aws, words, { env, cwd: dir })
        await page.ran(`aws ${words.join(' ')}`, done, { by: 'a liar', refusal: /InvalidSignatureException/ })
      })
    })

    describe('volumes by the aws CLI', () => {
      before(() => page.section('aws CLI: volumes'))
      const made = async (words: readonly string[], name: string): Promise<string> => {
        const { stdout } = await command(['ec2', ...words, '--output', 'text'])
        masks.push([stdout.trim(), name])
        return stdout.trim()
      }

      test('are made under a key, attached, kept in snapshots, made of them, grown and deleted', async () => {
        const { KeyMetadata: key } = await answered(keyMade, ['kms', 'create-key', '--description', 'disks'])
        masks.push([key.Arn, 'DISK_KEY_ARN'], [key.KeyId, 'DISK_KEY'])
        await command(['kms', 'create-alias', '--alias-name', 'alias/disks', '--target-key-id', key.KeyId])
        const { stdout } = await command([
          'ec2',
          'describe-availability-zones',
          '--query',
          'AvailabilityZones[0].ZoneName',
          '--output',
          'text',
        ])
        const zone = ['--availability-zone', stdout.trim()]
        const under = ['--encrypted', '--kms-key-id', 'alias/disks']
        const volume = await made(['create-volume', ...zone, '--size', '1', ...under, '--query', 'VolumeId'], 'VOLUME')
        await command(['ec2', 'wait', 'volume-available', '--volume-ids', volume])
        await command(['ec2', 'attach-volume', '--volume-id', volume, '--instance-id', 'i-0123456789abcdef0', '--device', '/dev/sdf'])
        const kept = await made(['create-snapshot', '--volume-id', volume, '--description', 'before', '--query', 'SnapshotId'], 'SNAPSHOT')
        await command(['ec2', 'wait', 'snapshot-completed', '--snapshot-ids', kept])
        await command(['ec2', 'create-tags', '--resources', volume, kept, '--tags', 'Key=use,Value=test'])
        await command(['ec2', 'describe-snapshots', '--owner-ids', 'self', '--filters', 'Name=tag:use,Values=test'])
        const restored = await made(['create-volume', ...zone, '--snapshot-id', kept, '--query', 'VolumeId'], 'RESTORED')
        const copy = [
          'copy-snapshot',
          '--source-region',
          zone[1]?.slice(0, -1) ?? '',
          '--source-snapshot-id',
          kept,
          '--region',
          'eu-west-1',
        ]
        const far = await made([...copy, '--query', 'SnapshotId'], 'COPY')
        await command(['ec2', 'wait', 'snapshot-completed', '--snapshot-ids', far, '--region', 'eu-west-1'])
        await command(['ec2', 'modify-volume', '--volume-id', volume, '--size', '2'])
        await command(['ec2', 'describe-volumes-modifications', '--volume-ids', volume])
        await command(['ec2', 'delete-volume', '--volume-id', volume], 'administrator', /VolumeInUse/)
        await command(['ec2', 'detach-volume', '--volume-id', volume])
        await command(['ec2', 'describe-snapshots', '--snapshot-ids', kept], 'nobody', /UnauthorizedOperation/)
        await command(['kms', 'disable-key', '--key-id', key.KeyId])
        await command(['ec2', 'create-volume', ...zone, '--snapshot-id', kept], 'administrator', /InvalidKMSKey.InvalidState/)
        for (const id of [volume, restored]) await command(['ec2', 'delete-volume', '--volume-id', id])
        await command(['ec2', 'delete-snapshot', '--snapshot-id', kept])
        await command(['ec2', 'describe-snapshots', '--snapshot-ids', kept], 'administrator', /InvalidSnapshot.NotFound/)
      })

      test('are encrypted by default where the Region says so', async () => {
        await command(['ec2', 'enable-ebs-encryption-by-default'])
        await command(['ec2', 'get-ebs-default-kms-key-id'])
        await command(['ec2', 'disable-ebs-encryption-by-default'])
      })
    })

    describe('Go', () => {
      before(() => page.section('Go'))
      for (const [name, what] of [
        ['caller', 'GetCallerIdentity'],
        ['envelopes', 'CreateKey, CreateAlias, Encrypt, Decrypt, GenerateDataKey, ReEncrypt, RotateKeyOnDemand'],
        ['signatures', 'Sign (digest), GetPublicKey and crypto/ecdsa, Verify, GenerateMac, VerifyMac'],
        ['grants', 'CreateGrant, ListGrants, RevokeGrant'],
        ['objects', 'CreateBucket, PutObject under a key, GetObject of a range, DeleteObject, DeleteBucket'],
      ] as const)
        test(what, async () => {
          const { stdout } = await page.ran(what, async () => run(programs.go, [name], 'administrator'), {})
          assert.equal(stdout.trim(), name)
        })
      test('who may make no key is refused', async () => {
        const { stdout } = await page.ran('CreateKey (refused)', async () => run(programs.go, ['refused'], 'nobody'), {})
        assert.equal(stdout.trim(), 'refused')
      })
    })
  })
}
