// Keys and secrets from the command line, through the vault's own wire (people.md 4.2): the caller has what it was given, and nothing more.
import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { addApplication, azureOf, called, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'
import { ranProgram } from './instance.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const administrator = azureOf(environment, environment.administrator)
const vault = called('kv')
const id = vaultId(environment, environment.resourceGroup, vault)
const at = (name: string): string => join(instance.dir, name)

const keyShape = z.looseObject({
  name: z.string(),
  kid: z.url(),
  kty: z.string(),
  spec: z.string(),
  version: z.string(),
  attributes: z.looseObject({ enabled: z.boolean(), expires: z.string().nullable() }),
  lastUse: z.string().nullable(),
  lastUser: z.string().nullable(),
})
const key = async (...words: readonly string[]) => keyShape.parse(await instance.ask('key', ...words))
const failure = z.object({ error: z.looseObject({ code: z.string(), message: z.string(), next: z.array(z.string()) }) })

describe('keystead key and secret', () => {
  before(async () => {
    await instance.ask('vault', 'create', vault)
  })

  test('an administrator without a role for data is told which is missing and what to type; what is typed cures it', async () => {
    const refused = await instance.run('key', 'create', `${vault}/k1`, '--json')
    const { error } = failure.parse(JSON.parse(refused.stderr))
    assert.deepEqual([refused.code, refused.stdout, error.code], [5, '', 'ForbiddenByRbac'])
    assert.match(
      error.next[0] ?? '',
      /^keystead exec --data \S+ -- az role assignment create .* --role "Key Vault Crypto Officer" --scope \/subscriptions\/.*\/keys\/k1$/,
    )
    await administrator.assign('Key Vault Crypto Officer', environment.administrator.objectId, `${id}/keys/k1`)
    const made = await key('create', `${vault}/k1`, '--size', '3072', '--expires', '90d', '--ops', 'sign', 'verify', 'wrapKey', 'unwrapKey')
    assert.deepEqual([made.name, made.kty, made.spec, made.attributes.enabled], [`${vault}/k1`, 'RSA', 'RSA-3072', true])
    assert.ok(Date.parse(made.attributes.expires ?? '') - Date.now() < 90 * 86_400_000)
    assert.equal((await instance.run('secret', 'set', `${vault}/s1`, '--file', at('log'))).code, 5)
    await administrator.assign('Key Vault Administrator', environment.administrator.objectId, id)
  })

  test('signs what openssl verifies, verifies, and says by its exit code where a signature is not of the file', async () => {
    writeFileSync(at('message'), randomBytes(5_000))
    await key('create', `${vault}/ec`, '--type', 'EC', '--curve', 'P-384')
    assert.equal(
      (await instance.run('key', 'sign', `${vault}/ec`, '--alg', 'ES384', '--file', at('message'), '--output', at('signature'))).code,
      0,
    )
    const pem = (await instance.run('key', 'show', `${vault}/ec`, '--pem')).stdout
    const isOurs = verify(
      'sha384',
      readFileSync(at('message')),
      { key: createPublicKey(pem), dsaEncoding: 'ieee-p1363' },
      readFileSync(at('signature')),
    )
    assert.ok(isOurs)
    const verified = async (file: string) =>
      (await instance.run('key', 'verify', `${vault}/ec`, '--alg', 'ES384', '--file', at(file), '--signature', at('signature'))).code
    assert.deepEqual([await verified('message'), await verified('signature')], [0, 1])
    await key('create', `${vault}/pq`, '--type', 'AKP', '--alg', 'ML-DSA-65')
    const { value } = z
      .looseObject({ value: z.string() })
      .parse(await instance.ask('key', 'sign', `${vault}/pq`, '--alg', 'ML-DSA-65', '--file', at('message')))
    writeFileSync(at('pq'), value)
    assert.deepEqual(
      await instance.ask('key', 'verify', `${vault}/pq`, '--alg', 'ML-DSA-65', '--file', at('message'), '--signature', at('pq')),
      { valid: true },
    )
  })

  test('wraps a key, and gives it back into a file of the owner alone, or where it is asked to be shown', async () => {
    const dek = randomBytes(32)
    writeFileSync(at('dek'), dek)
    const words = [`${vault}/k1`, '--alg', 'RSA-OAEP-256'] as const
    assert.equal((await instance.run('key', 'wrap', ...words, '--file', at('dek'), '--output', at('wrapped'))).code, 0)
    const shy = await instance.run('key', 'unwrap', ...words, '--file', at('wrapped'))
    assert.deepEqual([shy.code, shy.stdout], [3, ''])
    assert.equal((await instance.run('key', 'unwrap', ...words, '--file', at('wrapped'), '--output', at('unwrapped'))).code, 0)
    assert.deepEqual([readFileSync(at('unwrapped')), statSync(at('unwrapped')).mode & 0o777], [dek, 0o600])
    assert.equal(
      (await instance.run('key', 'unwrap', ...words, '--file', at('wrapped'), '--reveal')).stdout.trim(),
      dek.toString('base64url'),
    )
    const shown = await key('show', `${vault}/k1`)
    assert.equal(shown.lastUser, environment.administrator.clientId)
    assert.ok(Date.now() - Date.parse(shown.lastUse ?? '') < 60_000)
  })

  test('imports PEM, encrypted PEM and JWK; the vault uses what was brought', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    writeFileSync(at('key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    const brought = await key('import', `${vault}/brought`, '--file', at('key.pem'))
    assert.equal(brought.spec, 'RSA-2048')
    const pem = (await instance.run('key', 'show', `${vault}/brought`, '--pem')).stdout
    assert.equal(pem, createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }))
    writeFileSync(at('passphrase'), 'correct horse\n', { mode: 0o600 })
    const sealed = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'correct horse' } as const
    writeFileSync(at('sealed.pem'), generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(sealed), { mode: 0o600 })
    assert.equal((await key('import', `${vault}/sealed`, '--file', at('sealed.pem'), '--passphrase-file', at('passphrase'))).spec, 'P-256')
    writeFileSync(at('key.jwk'), JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey.export({ format: 'jwk' })))
    assert.equal((await key('import', `${vault}/jwk`, '--file', at('key.jwk'))).spec, 'P-521')
    const none = await instance.run('key', 'import', `${vault}/none`, '--file', at('message'))
    assert.deepEqual([none.code, none.stderr.includes('neither PEM nor DER')], [3, true])
  })

  test('says what stops before a used key is disabled or deleted, and does it where its name is typed', async () => {
    const named = `${vault}/k1`
    const bare = await instance.run('key', 'disable', named)
    assert.deepEqual([bare.code, bare.stdout], [3, ''])
    assert.match(
      bare.stderr,
      /because disabling \S+ stops nothing that is here; 1 caller seen in 30 d[^]*next: keystead key disable \S+ --confirm/,
    )
    assert.equal((await instance.run('key', 'disable', named, '--confirm', 'k1')).code, 3)
    assert.equal((await key('show', named)).attributes.enabled, true, 'nothing was done')
    assert.equal((await key('disable', named, '--confirm', named)).attributes.enabled, false)
    const off = await instance.run('key', 'sign', named, '--alg', 'RS256', '--file', at('message'))
    assert.equal(off.code, 7)
    assert.match(off.stderr, /disabled key\.\n {2}next: keystead key enable \S+\n {2}next: keystead impact/)
    assert.equal((await key('enable', named)).attributes.enabled, true)
    const before = await key('show', named)
    assert.notEqual((await key('rotate', named)).version, before.version)
    await key('create', `${vault}/unused`)
    await key('delete', `${vault}/unused`)
    const again = await instance.run('key', 'create', `${vault}/unused`)
    assert.deepEqual([again.code, again.stderr.includes(`next: keystead key recover ${vault}/unused`)], [7, true])
    await key('recover', `${vault}/unused`)
    await key('delete', `${vault}/unused`)
    assert.equal((await instance.run('key', 'purge', `${vault}/unused`)).code, 3)
    await instance.ask('key', 'purge', `${vault}/unused`, '--confirm', `${vault}/unused`)
    assert.equal((await instance.run('key', 'recover', `${vault}/unused`)).code, 6)
  })

  test('a secret is set from a file, and its value told where it is asked for by name alone', async () => {
    const value = `canary-${randomBytes(16).toString('hex')}`
    writeFileSync(at('value'), `${value}\n`, { mode: 0o600 })
    const named = `${vault}/db-password`
    const set = await instance.run('secret', 'set', named, '--file', at('value'), '--content-type', 'text/plain', '--json')
    const shown = await instance.run('secret', 'show', named)
    const listed = await instance.run('secret', 'list', vault)
    for (const ran of [set, shown, listed]) assert.ok(ran.code === 0 && !`${ran.stdout}${ran.stderr}`.includes(value), ran.stderr)
    assert.equal((await instance.run('secret', 'show', named, '--reveal')).stdout, `${value}\n`)
    assert.equal((await administrator.secrets(vault).getSecret('db-password')).value, value)
    await instance.ask('secret', 'show', named, '--output', at('revealed'))
    assert.deepEqual([readFileSync(at('revealed'), 'utf8'), statSync(at('revealed')).mode & 0o777], [value, 0o600])
    await instance.ask('secret', 'delete', named)
    assert.match((await instance.run('secret', 'list', vault, '--deleted')).stdout, /db-password/)
    assert.equal((await instance.run('secret', 'show', named)).code, 6)
    await instance.ask('secret', 'recover', named)
    await instance.ask('secret', 'delete', named)
    assert.equal((await instance.run('secret', 'purge', named)).code, 3)
    await instance.ask('secret', 'purge', named, '--confirm', named)
    const { stdout: audit } = await instance.run('audit', 'query', '--json')
    assert.ok(audit.includes('SecretSet') && audit.includes('SecretPurge') && !audit.includes(value))
  })

  test('--as acts as an application, by a secret that ends with the command', async () => {
    const name = called('app')
    const app = await addApplication(instance, name)
    const refused = await instance.run('secret', 'list', vault, '--as', name)
    assert.equal(refused.code, 5)
    assert.match(
      refused.stderr,
      new RegExp(`^✗ ${name} has no right to secrets/readMetadata on ${vault}\\.\n {2}because ${name} has no role assignment`),
    )
    await administrator.assign('Key Vault Secrets Officer', app.objectId, id)
    writeFileSync(at('own'), 'own', { mode: 0o600 })
    await instance.ask('secret', 'set', `${vault}/own`, '--file', at('own'), '--as', name)
    const credentials = z.array(z.looseObject({ name: z.string() })).parse(await instance.ask('app', 'credential', 'list', name))
    assert.deepEqual(
      credentials.map(one => one.name),
      ['keystead app add'],
    )
    const rows = z
      .object({ rows: z.array(z.looseObject({ operation: z.string(), actor: z.looseObject({ appid: z.string().optional() }) })) })
      .parse(JSON.parse((await instance.run('audit', 'query', '--resource', vault, '--json')).stdout))
    assert.ok(rows.rows.some(({ operation, actor }) => operation === 'SecretSet' && actor.appid === app.clientId))
    assert.equal((await instance.run('secret', 'list', vault, '--as', 'nobody-is-called-so')).code, 6)
  })

  test('--server asks an instance elsewhere, as whom the environment names, and has no other right', async () => {
    const name = called('elsewhere')
    const app = await addApplication(instance, name)
    await administrator.assign('Key Vault Crypto Officer', app.objectId, id)
    const { tenantId, caFile, port } = environment
    const server = `https://management.keystead.test:${port}`
    const caller = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: app.clientId, AZURE_CLIENT_SECRET: app.clientSecret }
    const elsewhere = async (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      ranProgram(words, instance.dir, { ...caller, ...more })
    const there = ['--server', server, '--ca', caFile]
    const made = await elsewhere(['key', 'create', `${vault}/elsewhere`, '--json', ...there])
    const { kid, lastUse } = keyShape.parse(JSON.parse(made.stdout))
    assert.deepEqual([kid.startsWith(`https://${vault}.vault.keystead.test:${port}/keys/elsewhere/`), lastUse], [true, null])
    const named = await elsewhere(['key', 'show', `${vault}/elsewhere`, '--ca', caFile], { KEYSTEAD_SERVER: server })
    assert.equal(named.code, 0, named.stderr)
    const codes = []
    for (const [words, more] of [
      [['secret', 'list', vault, ...there]],
      [['secret', 'list', vault, '--server', server], { NODE_EXTRA_CA_CERTS: '' }],
      [['secret', 'list', vault, '--server', 'kv1']],
      [['secret', 'list', vault, '--as', name, ...there]],
      [['secret', 'list', vault, ...there], { AZURE_CLIENT_SECRET: '' }],
      [['secret', 'list', vault, ...there], { AZURE_CLIENT_SECRET: 'wrong' }],
      // What hangs on the key is told where the instance is.
      [['key', 'disable', `${vault}/elsewhere`, ...there]],
    ] as const)
      codes.push((await elsewhere(words, more)).code)
    assert.deepEqual(codes, [5, 4, 3, 3, 5, 5, 3])
  })

  test('names that are none, and words that are missing, are usage', async () => {
    for (const words of [
      ['key', 'show', 'k1'],
      ['key', 'show', `https://${vault}.vault.keystead.test/secrets/x`],
      ['key', 'sign', `${vault}/k1`],
      ['secret', 'set', `${vault}/a/b/c/d`],
    ])
      assert.equal((await instance.run(...words)).code, 3, words.join(' '))
    assert.equal((await instance.run('key', 'show', `${vault}/none`)).code, 6)
  })
})
