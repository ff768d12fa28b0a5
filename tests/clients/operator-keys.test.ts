// The operator's commands for credentials of applications and for keys, wherever they are (people.md 4.2).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { CreateKeyCommand, DisableKeyCommand, EncryptCommand } from '@aws-sdk/client-kms'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { ClientCertificateCredential } from '@azure/identity'
import { CryptographyClient } from '@azure/keyvault-keys'
import { z } from 'zod'
import { awsClients } from './aws.ts'
import { addApplication, authorityOf, azureBy, azureOf, called, vaultId, type Application } from './azure.ts'
import { behindInstance } from './behind.ts'
import { ranProgram, removeInstance, startInstance } from './instance.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const administrator = azureOf(environment, environment.administrator)

const credential = z.looseObject({ keyId: z.string(), type: z.string(), name: z.string(), expires: z.string() })
const credentialsOf = async (name: string) => z.array(credential).parse(await instance.ask('app', 'credential', 'list', name))

describe('keystead app credential', () => {
  test('gives one more secret: both sign in, until one is removed', async () => {
    const name = called('app')
    const first = await addApplication(instance, name)
    const more = z
      .looseObject({ clientId: z.string(), clientSecret: z.string(), keyId: z.string(), expires: z.string() })
      .parse(await instance.ask('app', 'credential', 'add', name, '--days', '7'))
    assert.equal(more.clientId, first.clientId)
    assert.ok(Date.parse(more.expires) - Date.now() < 7 * 86_400_000)
    const bySecond = azureOf(environment, { ...first, clientSecret: more.clientSecret })
    await azureOf(environment, first).token(environment.endpoints.management)
    const token = await bySecond.token(environment.endpoints.management)
    const listed = await credentialsOf(name)
    assert.deepEqual(
      listed.map(({ type, name: called }) => [type, called]),
      [
        ['secret', 'keystead app add'],
        ['secret', 'keystead app credential add'],
      ],
    )
    assert.ok(!JSON.stringify(listed).includes(more.clientSecret))
    await instance.ask('app', 'credential', 'remove', name, more.keyId.toUpperCase())
    const asked = await fetch(`${environment.endpoints.management}/subscriptions?api-version=2022-12-01`, {
      headers: { authorization: `Bearer ${token}` },
    })
    assert.equal(asked.status, 401, 'a token of the removed secret counts no more')
    await assert.rejects(
      azureOf(environment, { ...first, clientSecret: more.clientSecret }).token(environment.endpoints.management),
      /AADSTS7000215/,
    )
    await azureOf(environment, first).token(environment.endpoints.management)
    assert.equal((await instance.run('app', 'credential', 'remove', name, more.keyId)).code, 6)
    assert.equal((await instance.run('app', 'credential', 'add', 'nobody-is-called-so')).code, 6)
  })

  test('takes a certificate, from a file that may hold its key too', async () => {
    const name = called('app')
    const { clientId } = await addApplication(instance, name)
    const file = join(instance.dir, `${name}.pem`)
    const subject = ['-subj', '/CN=ci', '-days', '30']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, '-keyout', `${file}.key`, '-out', `${file}.cert`],
      {
        stdio: 'ignore',
      },
    )
    const both = readFileSync(`${file}.key`, 'utf8') + readFileSync(`${file}.cert`, 'utf8')
    const added = await instance.ask('app', 'credential', 'add', name, '--cert', `${file}.cert`, '--days', '3')
    const { thumbprint, expires } = z.looseObject({ thumbprint: z.string(), expires: z.string() }).parse(added)
    assert.match(thumbprint, /^[0-9A-F]{40}$/)
    assert.ok(Date.parse(expires) - Date.now() < 3 * 86_400_000, 'never longer than it was asked for')
    const by = azureBy(
      environment,
      new ClientCertificateCredential(environment.tenantId, clientId, { certificate: both }, authorityOf(environment)),
    )
    await by.token(environment.endpoints.management)
    assert.deepEqual(
      (await credentialsOf(name)).map(({ type }) => type),
      ['secret', 'certificate'],
      'the secret stays',
    )
    const refused = await instance.run('app', 'credential', 'add', name, '--cert', `${file}.key`)
    assert.deepEqual([refused.code, refused.stdout], [3, ''])
    assert.match(refused.stderr, /holds no certificate\.\n {2}because it is neither PEM nor DER/)
  })
})

const listedKey = z.looseObject({
  name: z.string(),
  kid: z.string(),
  region: z.string(),
  attributes: z.looseObject({ enabled: z.boolean(), expires: z.string().nullable() }),
  lastUse: z.string().nullable(),
  lastUser: z.string().nullable(),
  dependents: z.array(z.looseObject({ kind: z.string(), id: z.string(), behind: z.boolean() })),
})
const keysOf = async (...words: readonly string[]) => z.array(listedKey).parse(await instance.ask('key', 'list', ...words))

describe('keystead key list', () => {
  const vault = called('kv')

  test('has the keys of every vault and every account in one list: expiry, last use, what is under them', async () => {
    const { resourceGroup, location, tenantId } = environment
    await administrator.vaults.vaults.createOrUpdate(resourceGroup, vault, {
      location,
      properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true, enablePurgeProtection: true },
    })
    await administrator.assign('Key Vault Administrator', environment.administrator.objectId, vaultId(environment, resourceGroup, vault))
    const keys = administrator.keys(vault)
    const soon = new Date(Date.now() + 10 * 86_400_000)
    const k1 = await keys.createRsaKey('k1')
    await keys.createEcKey('k2', { expiresOn: soon })
    await keys.createRsaKey('k1')
    const old = new CryptographyClient(k1.id ?? '', administrator.credential)
    await old.wrapKey('RSA-OAEP-256', new Uint8Array(32))
    const set = await administrator.compute.diskEncryptionSets.createOrUpdate(resourceGroup, called('des'), {
      location,
      identity: { type: 'SystemAssigned' },
      activeKey: { keyUrl: k1.id ?? '' },
    })
    const { administrator: root, port } = environment
    const { kms } = awsClients(
      { endpoint: `https://localhost:${port}`, ca: readFileSync(environment.caFile, 'utf8') },
      { accessKeyId: root.awsAccessKeyId, secretAccessKey: root.awsSecretAccessKey },
    )
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
    await kms.send(new EncryptCommand({ KeyId: KeyMetadata?.Arn, Plaintext: new Uint8Array(8) }))
    const all = await keysOf('--all')
    const mine = all.filter(({ name }) => name.startsWith(`${vault}/`))
    assert.deepEqual(
      mine.map(({ name }) => name),
      [`${vault}/k1`, `${vault}/k2`],
    )
    const [first, second] = mine
    assert.equal(first?.lastUser, environment.administrator.clientId)
    assert.ok(Date.now() - Date.parse(first.lastUse ?? '') < 60_000)
    assert.deepEqual(
      first.dependents.map(({ kind, id, behind }) => [kind, id.toLowerCase(), behind]),
      [['diskEncryptionSet', set.id?.toLowerCase(), true]],
      'the set hangs on the version before',
    )
    assert.deepEqual([second?.lastUse, Math.abs(Date.parse(second?.attributes.expires ?? '') - soon.getTime()) < 1_000], [null, true])
    assert.match(all.find(({ kid }) => kid === KeyMetadata?.Arn)?.lastUser ?? '', /^AIDA/)
    assert.ok(!(await keysOf()).some(({ kid }) => kid === KeyMetadata?.Arn), 'vaults alone without --all')
    assert.deepEqual(
      (await keysOf(vault, '--expiring', '30d')).map(({ name }) => name),
      [`${vault}/k2`],
    )
    assert.equal((await instance.run('key', 'list', 'no-such-vault')).code, 6)
    const { stdout } = await instance.run('key', 'list', vault, '--rotation')
    assert.match(stdout, new RegExp(`^${vault}/k1 {2}! no rotation .*! 1 behind$`, 'm'))
  })

  test('hands out a reference: ids, thumbprint, the least role for each use, never material', async () => {
    const sheet = z
      .looseObject({
        kid: z.string(),
        versionless: z.string(),
        thumbprint: z.string(),
        needs: z.array(z.looseObject({ operation: z.string(), role: z.string(), scope: z.string() })),
      })
      .parse(await instance.ask('key', 'list', '--reference', `${vault}/k1`))
    const { key } = await administrator.keys(vault).getKey('k1')
    const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64url')
    const jwk = JSON.stringify({ e: text(key?.e), kty: 'RSA', n: text(key?.n) })
    assert.equal(sheet.thumbprint, createHash('sha256').update(jwk).digest('base64url'))
    assert.ok(sheet.kid.startsWith(`${sheet.versionless}/`))
    const sign = sheet.needs.find(({ operation }) => operation === 'sign')
    assert.equal(sign?.role, 'Key Vault Crypto User')
    const app = await addApplication(instance, called('app'))
    await administrator.assign(sign.role, app.objectId, sign.scope)
    const signer = new CryptographyClient(
      sheet.kid.replace(/^https:\/\/[^/]+/, `https://${vault}${environment.endpoints.vaultSuffix}`),
      azureOf(environment, app).credential,
    )
    assert.ok((await signer.sign('RS256', new Uint8Array(32))).result.length === 256)
  })
})

test('a data directory that is sealed and stopped tells so by exit code 8, one that is none by 6', async () => {
  const other = await startInstance()
  try {
    await other.stop()
    const { code, stdout, stderr } = await other.run('audit', 'query', '--seal-file', join(other.dir, 'nothing-here'))
    assert.deepEqual([code, stdout], [8, ''])
    assert.match(
      stderr,
      /^✗ .+ is sealed\.\n {2}because its key file is not at .+\n {2}next: keystead audit query --data .+ --passphrase-file -\n/,
    )
    assert.equal((await other.run('audit', 'query')).code, 0)
    assert.equal((await ranProgram(['audit', 'query', '--data', join(other.dir, 'none')], other.dir)).code, 6)
  } finally {
    assert(!(await removeInstance(other)))
  }
})

describe('keystead access explain', () => {
  const vault = called('kv')
  const triedShape = z.looseObject({
    tried: z.array(z.looseObject({ operation: z.string(), allow: z.boolean(), because: z.string().optional() })),
  })
  const minimalShape = z.looseObject({
    from: z.string(),
    needs: z.array(z.string()),
    role: z.looseObject({ name: z.string(), exactly: z.boolean() }).optional(),
    held: z.array(z.looseObject({ role: z.string(), surplus: z.array(z.string()) })),
    grant: z.array(z.string()).optional(),
  })
  /** Exit code 1 where one is denied is an answer too. */
  const tried = async (...words: readonly string[]) => {
    const { code, stdout } = await instance.run('access', 'explain', ...words, '--try', '--json')
    return { code, ...triedShape.parse(JSON.parse(stdout)) }
  }

  test('--try says of each operation what the next request is told, the state of the key included', async () => {
    const { resourceGroup, location, tenantId } = environment
    await administrator.vaults.vaults.createOrUpdate(resourceGroup, vault, {
      location,
      properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true, enablePurgeProtection: true },
    })
    const id = vaultId(environment, resourceGroup, vault)
    await administrator.assign('Key Vault Administrator', environment.administrator.objectId, id)
    const key = await administrator.keys(vault).createRsaKey('k1', { keyOps: ['sign', 'verify', 'wrapKey', 'unwrapKey'] })
    const app = await addApplication(instance, called('app'))
    await administrator.assign('Key Vault Crypto User', app.objectId, `${id}/keys/k1`)
    const answered = async () => {
      const crypto = new CryptographyClient(key.id ?? '', azureOf(environment, app).credential)
      const is = async (asked: Promise<unknown>) =>
        asked.then(
          () => true,
          () => false,
        )
      const bytes = new Uint8Array(32)
      return {
        KeySign: await is(crypto.sign('RS256', bytes)),
        KeyUnwrap: await is(unwrapped(app, key.id ?? '')),
        KeyDelete: await is(azureOf(environment, app).keys(vault).beginDeleteKey('k1')),
      }
    }
    const first = await tried(app.clientId, 'keys/sign', `${vault}/k1`)
    assert.deepEqual([first.code, first.tried.map(({ operation, allow }) => [operation, allow])], [0, [['KeySign', true]]])
    assert.deepEqual(await answered(), { KeySign: true, KeyUnwrap: true, KeyDelete: false })
    const decrypt = await tried(app.clientId, 'keys/decrypt', `${vault}/k1`)
    assert.deepEqual([decrypt.code, decrypt.tried[0]?.because], [1, `The key ${vault}/k1 has not this operation among its key_ops.`])
    const remove = await tried(app.clientId, 'keys/delete', `${vault}/k1`)
    assert.match(remove.tried[0]?.because ?? '', /has no right to Microsoft\.KeyVault\/vaults\/keys\/delete here\./)
    await administrator.keys(vault).updateKeyProperties('k1', { enabled: false })
    const off = await tried(app.clientId, 'keys/sign', `${vault}/k1`)
    assert.deepEqual([off.code, off.tried[0]?.because], [1, `The key ${vault}/k1 is disabled.`])
    assert.equal((await answered()).KeySign, false)
    await administrator.keys(vault).updateKeyProperties('k1', { enabled: true })
    const all = await tried(app.clientId)
    assert.ok(all.tried.length > 40 && all.tried.every(({ allow }) => !allow), 'at the root it may do nothing')
  })

  test('--minimal names the least role: for an action, for a disk encryption set exactly its own, for what was seen', async () => {
    const { resourceGroup, location } = environment
    const ask = async (...words: readonly string[]) => minimalShape.parse(await instance.ask('access', 'explain', ...words, '--minimal'))
    const app = await addApplication(instance, called('app'))
    const id = vaultId(environment, resourceGroup, vault)
    assert.equal((await ask(app.clientId, 'secrets/get', vault)).role?.name, 'Key Vault Secrets User')
    const key = await administrator.keys(vault).getKey('k1')
    const set = await administrator.compute.diskEncryptionSets.createOrUpdate(resourceGroup, called('des'), {
      location,
      identity: { type: 'SystemAssigned' },
      activeKey: { keyUrl: key.id ?? '' },
    })
    const ofSet = await ask(set.id ?? '')
    assert.deepEqual(
      [ofSet.from, ofSet.role, ofSet.needs],
      [
        'diskEncryptionSet',
        { ...ofSet.role, name: 'Key Vault Crypto Service Encryption User', exactly: true },
        [
          'Microsoft.KeyVault/vaults/keys/read',
          'Microsoft.KeyVault/vaults/keys/wrap/action',
          'Microsoft.KeyVault/vaults/keys/unwrap/action',
        ],
      ],
    )
    assert.equal((await ask(app.clientId)).role, undefined, 'nothing was seen yet')
    await administrator.assign('Key Vault Crypto Officer', app.objectId, id)
    await azureOf(environment, app).keys(vault).getKey('k1')
    await new CryptographyClient(key.id ?? '', azureOf(environment, app).credential).sign('RS256', new Uint8Array(32))
    const seen = await ask(app.clientId)
    assert.deepEqual([seen.from, seen.role?.name], ['audit', 'Key Vault Crypto User'])
    assert.equal(seen.held[0]?.surplus.includes('Microsoft.KeyVault/vaults/keys/delete'), true)
    assert.equal(seen.grant?.at(-1), `${id.toLowerCase()}/keys/k1`)
    assert.equal((await instance.run('access', 'explain', app.clientId, '--minimal', '--try')).code, 3)
  })

  test('asks the same of somebody in an account: by documents, by the state of the key, and proposes a statement', async () => {
    const { administrator: root, port } = environment
    const at = { endpoint: `https://localhost:${port}`, ca: readFileSync(environment.caFile, 'utf8') }
    const { kms, sts } = awsClients(at, { accessKeyId: root.awsAccessKeyId, secretAccessKey: root.awsSecretAccessKey })
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
    const arn = KeyMetadata?.Arn ?? ''
    const me = (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? ''
    const open = await tried(me, 'kms:Encrypt', arn)
    assert.deepEqual([open.code, open.tried.map(({ operation, allow }) => [operation, allow])], [0, [['Encrypt', true]]])
    await kms.send(new EncryptCommand({ KeyId: arn, Plaintext: new Uint8Array(8) }))
    await kms.send(new DisableKeyCommand({ KeyId: arn }))
    const closed = await tried(me, 'kms:Encrypt', arn)
    assert.deepEqual([closed.code, closed.tried[0]?.because], [1, "The key's state or kind is against it: AccountKeyDisabled."])
    const { statement } = z
      .looseObject({ statement: z.looseObject({ Action: z.array(z.string()), Resource: z.array(z.string()) }) })
      .parse(await instance.ask('access', 'explain', me, '--minimal'))
    assert.ok(statement.Action.includes('kms:Encrypt') && statement.Resource.includes(arn))
  })
})

async function unwrapped(app: Application, kid: string): Promise<unknown> {
  const { result } = await new CryptographyClient(kid, administrator.credential).wrapKey('RSA-OAEP-256', new Uint8Array(32))
  return new CryptographyClient(kid, azureOf(environment, app).credential).unwrapKey('RSA-OAEP-256', result)
}
