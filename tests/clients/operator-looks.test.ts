// Commands that look, that make many things at once, and that act as an application (people.md 4.2).
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { nbdReader } from '#adapters/nbd-client/nbd-client.ts'
import { addApplication, azureOf, called, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'
import { ranProgram } from './instance.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const administrator = azureOf(environment, environment.administrator)
const { resourceGroup, location } = environment
const at = (name: string): string => join(instance.dir, name)
const failure = async (...words: readonly string[]): Promise<number> => (await instance.run(...words)).code

describe('keystead verify, disk layers and disk fleet', () => {
  test('say of a disk what holds, what is lost with its key, and what cures it; for people and for other tools', async () => {
    const [vault, set, disk, plain] = [called('kv'), called('des'), called('disk'), called('plain')]
    const ofVault = vaultId(environment, resourceGroup, vault)
    await instance.ask('vault', 'create', vault, '--purge-protection')
    await administrator.assign('Key Vault Administrator', environment.administrator.objectId, ofVault)
    const key = await administrator.keys(vault).createRsaKey('cmk')
    const made = await administrator.compute.diskEncryptionSets.createOrUpdate(resourceGroup, set, {
      location,
      identity: { type: 'SystemAssigned' },
      activeKey: { keyUrl: key.id ?? '', sourceVault: { id: ofVault } },
      rotationToLatestKeyVersionEnabled: true,
    })
    await administrator.assign('Key Vault Crypto Service Encryption User', made.identity?.principalId ?? '', ofVault)
    const empty = { location, sku: { name: 'Premium_LRS' }, creationData: { createOption: 'Empty' }, diskSizeGB: 1 }
    const { id = '' } = await administrator.compute.disks.createOrUpdate(resourceGroup, disk, {
      ...empty,
      encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: made.id ?? '' },
    })
    await administrator.compute.disks.createOrUpdate(resourceGroup, plain, empty)

    const good = await instance.run('verify', id)
    assert.equal(good.code, 0, good.stdout)
    assert.match(
      good.stdout,
      new RegExp(`^✓ ${disk}: ✓ system-assigned identity .*✓ role: .*✓ set ${set}: .*✓ key ${vault}/cmk v [0-9a-f]{4} usable`),
    )
    assert.match(
      (await instance.run('disk', 'layers', disk)).stdout,
      new RegExp(`^${disk} {2}customer key ${vault}/cmk v [0-9a-f]{4} ✓\n$`),
    )
    assert.match((await instance.run('disk', 'layers', plain)).stdout, /platform key ✓/)
    const fleet = z
      .looseObject({ disks: z.array(z.looseObject({ disk: z.string(), behind: z.boolean() })) })
      .parse(await instance.ask('disk', 'fleet', set))
    assert.deepEqual(
      fleet.disks.map(one => [one.disk, one.behind]),
      [[disk, false]],
    )

    await administrator.keys(vault).updateKeyProperties('cmk', { enabled: false })
    const lost = await instance.run('verify', disk)
    assert.equal(lost.code, 1)
    assert.match(lost.stdout, /✗ key \S+ v [0-9a-f]{4}: the key is disabled[^]*key: keystead key enable /)
    assert.match((await instance.run('disk', 'layers', disk)).stdout, /✗ \(the key is disabled\)/)
    const told = await instance.run('verify', disk, '--format', 'sarif')
    const { runs } = z
      .looseObject({
        version: z.literal('2.1.0'),
        runs: z.array(z.looseObject({ results: z.array(z.looseObject({ ruleId: z.string(), kind: z.string() })) })),
      })
      .parse(JSON.parse(told.stdout))
    assert.deepEqual([told.code, runs[0]?.results.filter(({ kind }) => kind === 'fail').map(({ ruleId }) => ruleId)], [1, ['key']])
    assert.match((await instance.run('verify', disk, '--format', 'junit')).stdout, /<testsuite name="disk[^]*<failure message="key /)
    await administrator.keys(vault).updateKeyProperties('cmk', { enabled: true })
    assert.equal(await failure('verify', disk), 0)
    assert.deepEqual(
      [await failure('verify', 'nosuch'), await failure('verify', '--format', 'pdf'), await failure('disk', 'layers', 'nosuch')],
      [6, 3, 6],
    )
  })
})

describe('keystead import', () => {
  test('makes what a file names, once; a file that is wrong is refused, and nothing of it is quoted', async () => {
    const vault = called('kv')
    await instance.ask('vault', 'create', vault)
    await administrator.assign('Key Vault Administrator', environment.administrator.objectId, vaultId(environment, resourceGroup, vault))
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    writeFileSync(at('own.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    const keys = [
      { name: 'made', type: 'EC', curve: 'P-256' },
      { name: 'own', file: 'own.pem' },
    ]
    const secrets = [{ name: 's1', value: 'imported-canary', contentType: 'text/plain' }]
    writeFileSync(at('seed.json'), JSON.stringify({ vaults: [{ name: vault, keys, secrets }] }), { mode: 0o600 })
    const counts = z.looseObject({ created: z.number(), skipped: z.number() })
    const imported = async (...more: readonly string[]) => {
      const { created, skipped } = counts.parse(await instance.ask('import', at('seed.json'), ...more))
      return [created, skipped]
    }
    assert.deepEqual(
      [await imported('--dry-run'), await imported(), await imported()],
      [
        [3, 1],
        [3, 1],
        [0, 4],
      ],
    )
    assert.equal((await administrator.secrets(vault).getSecret('s1')).value, 'imported-canary')
    const own = await administrator.keys(vault).getKey('own')
    assert.equal(Buffer.from(own.key?.n ?? []).toString('base64url'), privateKey.export({ format: 'jwk' }).n)
    writeFileSync(
      at('wrong.json'),
      JSON.stringify({ vaults: [{ name: vault, secrets: [{ name: 's2', value: 'imported-canary', kind: 'x' }] }] }),
    )
    const refused = await instance.run('import', at('wrong.json'))
    assert.deepEqual(
      [refused.code, refused.stderr.includes('vaults.0.secrets.0'), refused.stderr.includes('imported-canary')],
      [3, true, false],
    )
  })
})

describe('keystead disk import', () => {
  test('puts a file’s bytes into a new disk through its own export; what was interrupted goes on, what is there is not written over', async () => {
    const name = called('img')
    const bytes = Buffer.concat([randomBytes(1_048_576), Buffer.alloc(2_097_152), randomBytes(1_536)])
    writeFileSync(at('img.raw'), bytes)
    const told = z
      .looseObject({ id: z.string(), bytes: z.number(), layers: z.array(z.looseObject({ layer: z.string() })) })
      .parse(await instance.ask('disk', 'import', at('img.raw'), '--name', name))
    assert.deepEqual([told.bytes, told.layers.map(({ layer }) => layer)], [bytes.length, ['sse-pmk']])
    const served = z.object({ uri: z.string(), socket: z.string() }).parse(await instance.ask('disk', 'export', told.id))
    const read = async () => {
      const disk = await nbdReader(async () => Promise.resolve(served.socket)).open(
        decodeURIComponent(new URL(served.uri).pathname.slice(1)),
      )
      const found = await disk.read(0, bytes.length)
      disk.close()
      return found
    }
    assert.equal(bytes.compare(await read()), 0)
    assert.equal(await failure('disk', 'import', at('img.raw'), '--name', name), 7)
    bytes.fill(9, 3_145_728)
    writeFileSync(at('img.raw'), bytes)
    await instance.ask('disk', 'import', at('img.raw'), '--name', name, '--from', '3145728')
    assert.equal(bytes.compare(await read()), 0)
    assert.deepEqual(
      [
        await failure('disk', 'import', at('img.raw'), '--name', called('no'), '--from', '512'),
        await failure('disk', 'import', at('nosuch')),
      ],
      [6, 3],
    )
  })
})

describe('what commands make they show and delete', () => {
  test('applications, users, groups and vaults', async () => {
    const [app, vault] = [called('app'), called('kv')]
    const { clientId } = await addApplication(instance, app)
    assert.match((await instance.run('app', 'list')).stdout, new RegExp(`${app} +clientId ${clientId}`))
    assert.equal(await failure('app', 'delete', app), 3)
    await instance.ask('app', 'delete', clientId, '--confirm', clientId)
    assert.equal(await failure('app', 'show', app), 6)
    const [tenant] = z.array(z.looseObject({ domains: z.array(z.string()) })).parse(await instance.ask('tenant', 'list'))
    const name = `${called('u')}@${tenant?.domains[0]}`
    await instance.ask('user', 'create', name, '--generate')
    await instance.ask('group', 'create', app)
    await instance.ask('group', 'add', app, name)
    const user = z
      .looseObject({ enabled: z.boolean(), groups: z.array(z.looseObject({ name: z.string() })) })
      .parse(await instance.ask('user', 'show', name))
    assert.deepEqual([user.enabled, user.groups.map(group => group.name)], [true, [app]])
    assert.equal((await instance.run('group', 'show', app)).code, 0)
    assert.deepEqual([await failure('user', 'show', `nobody@${tenant?.domains[0]}`), await failure('group', 'show', 'nosuch')], [6, 6])
    await instance.ask('vault', 'create', vault)
    assert.match((await instance.run('vault', 'show', vault.toUpperCase())).stdout, / {2}0 keys\n$/)
    await instance.ask('vault', 'delete', vault)
    assert.equal(await failure('vault', 'show', vault), 6)
    assert.match((await instance.run('vault', 'list', '--deleted')).stdout, new RegExp(vault))
  })
})

describe('env --as and exec --as', () => {
  const credentialsOf = async (app: string) =>
    z
      .array(z.looseObject({ name: z.string(), keyId: z.string(), expires: z.string() }))
      .parse(await instance.ask('app', 'credential', 'list', app))
  const script =
    'const { AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AWS_ACCESS_KEY_ID, AZURE_TENANT_ID, AZURE_AUTHORITY_HOST } = process.env;' +
    "const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: AZURE_CLIENT_ID, client_secret: AZURE_CLIENT_SECRET, scope: 'https://management.keystead.test/.default' });" +
    "const answer = await fetch(`${AZURE_AUTHORITY_HOST}/${AZURE_TENANT_ID}/oauth2/v2.0/token`, { method: 'POST', body });" +
    'console.log(JSON.stringify({ id: AZURE_CLIENT_ID, aws: AWS_ACCESS_KEY_ID ?? null, status: answer.status, secret: AZURE_CLIENT_SECRET }))'

  test('a command acts as the application; its secret ends with it, whatever its exit code; the report is the owner’s alone', async () => {
    const app = called('app')
    const { clientId } = await addApplication(instance, app)
    const before = await credentialsOf(app)
    const exec = [
      'exec',
      '--data',
      instance.data,
      '--as',
      app,
      '--report',
      at('report'),
      '--',
      process.execPath,
      '--input-type=module',
      '-e',
    ] as const
    const done = await ranProgram([...exec, script], instance.dir)
    const told = z.object({ id: z.string(), aws: z.null(), status: z.number(), secret: z.string() }).parse(JSON.parse(done.stdout))
    assert.deepEqual([done.code, told.id, told.status], [0, clientId, 200], done.stderr)
    assert.deepEqual(await credentialsOf(app), before)
    assert.equal(statSync(at('report')).mode & 0o777, 0o600)
    assert.match(readFileSync(at('report'), 'utf8'), /"served":\{"login\.keystead\.test":1\}/)
    assert.equal((await ranProgram([...exec, 'process.exit(7)'], instance.dir)).code, 7)
    assert.deepEqual(await credentialsOf(app), before)
    const { stdout: audit } = await instance.run('audit', 'query', '--json')
    assert.ok(!audit.includes(told.secret))
  })

  test('a shell has a secret for a day, and is told how to end it', async () => {
    const app = called('app')
    const { clientId } = await addApplication(instance, app)
    const { stdout, stderr, code } = await instance.run('env', '--as', app)
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`export AZURE_CLIENT_ID='${clientId}'`))
    assert.match(stdout, /\nunset AWS_ACCESS_KEY_ID\n/)
    const [, keyId = ''] = /keystead app credential remove \S+ (\S+)/.exec(stderr) ?? []
    const lent = (await credentialsOf(app)).find(one => one.keyId === keyId)
    assert.ok(lent !== undefined && Date.parse(lent.expires) - Date.now() <= 86_400_000)
    await instance.ask('app', 'credential', 'remove', app, keyId)
    assert.equal(await failure('env', '--as', 'nobody-is-called-so'), 6)
  })
})
