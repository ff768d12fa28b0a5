import assert from 'node:assert/strict'
import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
  type KeyObject,
  type VerifyKeyObjectInput,
} from 'node:crypto'
import { before, describe, test } from 'node:test'
import { CryptographyClient, type KeyVaultKey, type SignatureAlgorithm } from '@azure/keyvault-keys'
import { secret } from '#tests/left-behind/noted.ts'
import { azureOf, called, refusalOf, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'

const { environment } = await behindInstance(import.meta.filename)
const { location, resourceGroup: group, tenantId } = environment
const azure = azureOf(environment, environment.administrator)
const vault = called('kv')
const keys = azure.keys(vault)

before(async () => {
  await azure.vaults.vaults.createOrUpdate(group, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'premium' }, enableRbacAuthorization: true, softDeleteRetentionInDays: 7 },
  })
  const scope = vaultId(environment, group, vault)
  await azure.assign('Key Vault Administrator', environment.administrator.objectId, scope)
})

describe('@azure/keyvault-keys KeyClient', () => {
  test('keys of every kind are created and read back', async () => {
    for (const keySize of [2048, 3072, 4096]) {
      const key = await keys.createRsaKey(called('rsa'), { keySize, tags: { size: `${keySize}` } })
      assert.equal(key.keyType, 'RSA')
      assert.equal(key.key?.n?.length, keySize / 8)
      assert.deepEqual((await keys.getKey(key.name)).properties.tags, { size: `${keySize}` })
    }
    for (const curve of ['P-256', 'P-256K', 'P-384', 'P-521'] as const) {
      const key = await keys.createEcKey(called('ec'), { curve, keyOps: ['sign', 'verify'] })
      assert.deepEqual([key.key?.crv, key.keyOperations], [curve, ['sign', 'verify']])
    }
    assert.equal((await keys.createRsaKey(called('hsm'), { hsm: true })).keyType, 'RSA-HSM')
    assert.equal((await keys.createEcKey(called('hsm'), { hsm: true, curve: 'P-256' })).keyType, 'EC-HSM')
  })

  test('versions are listed, the newest is current, and each can be changed by itself', async () => {
    const name = called('k')
    const first = await keys.createEcKey(name, { curve: 'P-256' })
    const second = await keys.createEcKey(name, { curve: 'P-256' })
    const versions = await Array.fromAsync(keys.listPropertiesOfKeyVersions(name), one => one.version ?? '')
    assert.deepEqual(new Set(versions), new Set([first.properties.version, second.properties.version]))
    assert.equal((await keys.getKey(name)).id, second.id)
    await keys.updateKeyProperties(name, first.properties.version ?? '', { enabled: false, expiresOn: new Date(Date.now() + 86_400_000) })
    assert.equal((await keys.getKey(name, { version: first.properties.version ?? '' })).properties.enabled, false)
    assert.equal((await keys.getKey(name)).properties.enabled, true)
  })

  test('more keys than a page are listed once each', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `page-${at}`)
    await Promise.all(names.map(async name => keys.createEcKey(name, { curve: 'P-256' })))
    const listed = await Array.fromAsync(keys.listPropertiesOfKeys(), one => one.name)
    assert.equal(new Set(listed).size, listed.length)
    for (const name of names) assert(listed.includes(name), name)
  })

  test('a key is imported, backed up, deleted, recovered, purged and restored', async () => {
    const name = called('k')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = privateKey.export({ format: 'jwk' })
    const bytes = (text: string | undefined): Uint8Array => Buffer.from(text ?? '', 'base64url')
    for (const member of [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]) secret('a private key', bytes(member))
    const imported = await keys.importKey(name, {
      kty: 'RSA',
      keyOps: ['sign', 'verify', 'wrapKey', 'unwrapKey'],
      n: bytes(jwk.n),
      e: bytes(jwk.e),
      d: bytes(jwk.d),
      p: bytes(jwk.p),
      q: bytes(jwk.q),
      dp: bytes(jwk.dp),
      dq: bytes(jwk.dq),
      qi: bytes(jwk.qi),
    })
    assert.deepEqual(Buffer.from(imported.key?.n ?? []), Buffer.from(bytes(jwk.n)))
    assert.equal(imported.key?.d, undefined)
    const backup = await keys.backupKey(name)
    assert(backup !== undefined && !Buffer.from(backup).includes(Buffer.from(bytes(jwk.d))))
    await (await keys.beginDeleteKey(name)).pollUntilDone()
    assert.equal((await refusalOf('reading a deleted key', keys.getKey(name))).statusCode, 404)
    await (await keys.beginRecoverDeletedKey(name)).pollUntilDone()
    assert.equal((await keys.getKey(name)).id, imported.id)
    await (await keys.beginDeleteKey(name)).pollUntilDone()
    await keys.purgeDeletedKey(name)
    assert.equal((await refusalOf('reading a purged key', keys.getDeletedKey(name))).statusCode, 404)
    assert.equal((await keys.restoreKeyBackup(backup)).id, imported.id)
  })

  test('a key comes wrapped under a key exchange key of the vault', async () => {
    const exchange = await keys.createRsaKey(called('kek'), { hsm: true, keySize: 3072, keyOps: ['import'] })
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const transport = randomBytes(32)
    const cipher = createCipheriv('id-aes256-wrap-pad', transport, Buffer.from('a65959a6', 'hex'))
    const underRsa = publicEncrypt({ key: publicHalf(exchange), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, transport)
    const underAes = [cipher.update(privateKey.export({ format: 'der', type: 'pkcs8' })), cipher.final()]
    const file = {
      schema_version: '1.0.0',
      header: { kid: exchange.id, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP' },
      ciphertext: Buffer.concat([underRsa, ...underAes]).toString('base64url'),
    }
    const brought = await keys.importKey(called('k'), {
      kty: 'EC-HSM',
      crv: 'P-256',
      keyOps: ['sign'],
      t: Buffer.from(JSON.stringify(file)),
    })
    assert.equal(Buffer.from(brought.key?.x ?? []).toString('base64url'), publicKey.export({ format: 'jwk' }).x)
  })

  test('a rotation policy is set and read; rotating makes a new version of the same kind', async () => {
    const name = called('k')
    const first = await keys.createRsaKey(name, { keySize: 3072 })
    const policy = await keys.updateKeyRotationPolicy(name, {
      lifetimeActions: [{ action: 'Rotate', timeAfterCreate: 'P30D' }],
      expiresIn: 'P90D',
    })
    assert.equal(policy.expiresIn, 'P90D')
    const { lifetimeActions = [] } = await keys.getKeyRotationPolicy(name)
    assert(lifetimeActions.some(one => one.action === 'Rotate' && one.timeAfterCreate === 'P30D'))
    const second = await keys.rotateKey(name)
    assert.notEqual(second.id, first.id)
    assert.equal(second.key?.n?.length, 384)
  })

  test('a vault has no random bytes: that is a managed HSM’s', async () => {
    const refused = await refusalOf('asking for random bytes', keys.getRandomBytes(16))
    assert(refused.statusCode !== undefined && refused.statusCode >= 400 && refused.statusCode < 500)
  })
})

/** Remote alone: the client would otherwise do public operations itself. */
const remote = (key: KeyVaultKey): CryptographyClient => new CryptographyClient(key.id ?? '', azure.credential)

function publicHalf({ key = {} }: KeyVaultKey): KeyObject {
  const members = { n: key.n, e: key.e, x: key.x, y: key.y }
  const given = Object.entries(members).filter(([, bytes]) => bytes !== undefined)
  const jwk = Object.fromEntries(given.map(([name, bytes]) => [name, Buffer.from(bytes ?? []).toString('base64url')]))
  const crv = key.crv === 'P-256K' ? 'secp256k1' : key.crv
  return createPublicKey({ format: 'jwk', key: { kty: (key.kty ?? '').replace('-HSM', ''), ...(crv !== undefined && { crv }), ...jwk } })
}

function encodingOf(algorithm: SignatureAlgorithm): Partial<VerifyKeyObjectInput> {
  if (algorithm.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' }
  return algorithm.startsWith('PS') ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}
}

describe('@azure/keyvault-keys CryptographyClient', () => {
  test('what is encrypted or wrapped comes back, by every RSA algorithm', async () => {
    const key = await keys.createRsaKey(called('rsa'))
    const plaintext = randomBytes(32)
    for (const algorithm of ['RSA1_5', 'RSA-OAEP', 'RSA-OAEP-256'] as const) {
      const { result: ciphertext } = await remote(key).encrypt({ algorithm, plaintext })
      assert.notDeepEqual(Buffer.from(ciphertext), plaintext)
      assert.deepEqual(Buffer.from((await remote(key).decrypt({ algorithm, ciphertext })).result), plaintext)
      const wrapped = await remote(key).wrapKey(algorithm, plaintext)
      assert.deepEqual(Buffer.from((await remote(key).unwrapKey(algorithm, wrapped.result)).result), plaintext)
    }
  })

  test('the client’s own encryption under the public half is opened by the vault', async () => {
    const key = await keys.createRsaKey(called('rsa'))
    const plaintext = randomBytes(48)
    const local = new CryptographyClient({ ...key.key, kid: key.id ?? '' })
    const { result: ciphertext } = await local.encrypt({ algorithm: 'RSA-OAEP', plaintext })
    assert.deepEqual(Buffer.from((await remote(key).decrypt({ algorithm: 'RSA-OAEP', ciphertext })).result), plaintext)
  })

  test('what is signed verifies, and not when it was changed, by every algorithm', async () => {
    const rsa = await keys.createRsaKey(called('rsa'))
    const digestOf: Readonly<Record<string, string>> = { 384: 'sha384', 512: 'sha512' }
    const said = Buffer.from('what was said')
    const cases: [KeyVaultKey, SignatureAlgorithm][] = []
    for (const name of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const) cases.push([rsa, name])
    for (const [curve, name] of [
      ['P-256', 'ES256'],
      ['P-256K', 'ES256K'],
      ['P-384', 'ES384'],
      ['P-521', 'ES512'],
    ] as const)
      cases.push([await keys.createEcKey(called('ec'), { curve }), name])
    for (const [key, algorithm] of cases) {
      const hash = digestOf[algorithm.slice(2)] ?? 'sha256'
      const digest = createHash(hash).update(said).digest()
      const { result } = await remote(key).sign(algorithm, digest)
      assert.equal((await remote(key).verify(algorithm, digest, result)).result, true, algorithm)
      const changed = Buffer.from(result)
      changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
      assert.equal((await remote(key).verify(algorithm, digest, changed)).result, false, algorithm)
      // Checked by Node itself, from the public half that the vault shows.
      assert(verify(hash, said, { key: publicHalf(key), ...encodingOf(algorithm) }, result), algorithm)
    }
  })

  test('a disabled key does nothing', async () => {
    const key = await keys.createRsaKey(called('rsa'), { enabled: false })
    const refused = await refusalOf('signing with a disabled key', remote(key).sign('RS256', randomBytes(32)))
    assert.equal(refused.statusCode, 403)
  })
})
