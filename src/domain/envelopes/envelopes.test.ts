import assert from 'node:assert/strict'
import { constants, createPrivateKey, createPublicKey, publicEncrypt } from 'node:crypto'
import { describe, test } from 'node:test'
import { createAccess } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { readPublicKey } from '#domain/account-keys/read-public-key.ts'
import { accountGround, accountId, region, rootOf } from '#domain/account-keys/testing.ts'
import type { Context } from '#domain/context.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { dataKeyPairSpecs, generateDataKey, generateDataKeyPair } from './data-keys.ts'
import { decrypt, type Ciphertext } from './decrypt.ts'
import { encrypt } from './encrypt.ts'
import { noContext } from './encryption-context.ts'
import { reEncrypt } from './re-encrypt.ts'

const ground = await accountGround()
const { context, as } = ground
const key = await ground.addKey()
const another = await ground.addKey()
const bytes = (text: string): Bytes => new TextEncoder().encode(text)
const bound = (pairs: Readonly<Record<string, string>>) => new Map(Object.entries(pairs))
const named = ({ value }: HeldAccountKey) => ({ id: value.id, region })
const symmetric = { algorithm: 'SYMMETRIC_DEFAULT', bound: noContext } as const

const sealed = async (plaintext: Bytes, pairs: Readonly<Record<string, string>> = {}) =>
  as(async call => encrypt(context, call, { ...symmetric, bound: bound(pairs), key: named(key), plaintext }))
/** Plaintext in hex, read before the call zeroes it. */
const opened = async (blob: Bytes, more: Partial<Ciphertext> & { readonly dryRun?: boolean } = {}, who = ground.root) =>
  as(async call => {
    const { plaintext, ...rest } = await decrypt(context, call, { ...symmetric, region, blob, ...more })
    return { ...rest, plaintext: plaintext.bytes.toHex() }
  }, who)

describe('a symmetric key', () => {
  test('decrypts what it encrypted, without being named', async () => {
    const { blob, arn, materialId } = await sealed(bytes('a secret'), { for: 'test' })
    assert.equal(arn, keyArn(key.value))
    assert.equal(materialId, key.value.materials[0]?.id)
    assert.deepEqual(await opened(blob, { bound: bound({ for: 'test' }) }), { arn, materialId, plaintext: bytes('a secret').toHex() })
  })

  test('gives 4,096 bytes a ciphertext of at most 6,144, and no two alike', async () => {
    const plaintext = new Uint8Array(4_096).fill(7)
    const [first, second] = [await sealed(plaintext), await sealed(plaintext)]
    assert.ok(first.blob.length <= 6_144)
    assert.notDeepEqual(first.blob, second.blob)
    assert.equal((await opened(first.blob)).plaintext, plaintext.toHex())
  })

  test('opens for exactly the context it was sealed with', async () => {
    const { blob } = await sealed(bytes('bound'), { a: '1', b: '2' })
    assert.equal((await opened(blob, { bound: bound({ b: '2', a: '1' }) })).plaintext, bytes('bound').toHex())
    for (const wrong of [{}, { a: '1' }, { a: '1', b: '2', c: '3' }, { a: '2', b: '1' }, { A: '1', b: '2' }])
      await assert.rejects(opened(blob, { bound: bound(wrong) }), refusedWith('CiphertextInvalid'))
  })

  test('a ciphertext with any byte changed is not opened by anything', async () => {
    const { blob } = await sealed(bytes('integrity'))
    const refusal = async (spoiled: Bytes, more: Partial<Ciphertext> = {}): Promise<string> =>
      opened(spoiled, more).then(
        () => 'opened',
        (error: unknown) => (error instanceof Problem ? error.body.code : String(error)),
      )
    for (let at = 0; at < blob.length; at++) {
      const spoiled = blob.map((byte, index) => (index === at ? byte ^ 1 : byte))
      // In front stands whose it is: another key is one that is not there.
      const names = at >= 5 && at < 28
      assert.ok(['CiphertextInvalid', names ? 'AccountKeyHidden' : ''].includes(await refusal(spoiled)), `byte ${at}`)
      const told = await refusal(spoiled, { keyId: key.value.id })
      assert.ok(['CiphertextInvalid', names ? 'CiphertextOfOtherKey' : ''].includes(told), `byte ${at}`)
    }
    for (const wrong of [blob.subarray(0, -1), Uint8Array.of(...blob, 0), blob.subarray(1), new Uint8Array(6_144)])
      await assert.rejects(opened(wrong), refusedWith('CiphertextInvalid'))
  })

  test('a ciphertext of another key is said to be one', async () => {
    const { blob } = await sealed(bytes('mine'))
    await assert.rejects(opened(blob, { keyId: another.value.id }), refusedWith('CiphertextOfOtherKey'))
    assert.equal((await opened(blob, { keyId: keyArn(key.value) })).plaintext, bytes('mine').toHex())
  })

  test('the text of a data key is sealed, and comes back by its ciphertext alone', async () => {
    await as(async call => {
      const made = await generateDataKey(context, call, { key: named(key), bound: bound({ x: 'y' }), bytes: 64, shown: 'plain' })
      assert.equal(made.plaintext.length, 64)
      assert.equal((await opened(made.blob, { bound: bound({ x: 'y' }) })).plaintext, made.plaintext.bytes.toHex())
    })
  })

  test('ciphertexts of a Region do not open in another, nor for another account', async () => {
    const { blob } = await sealed(bytes('here'))
    await assert.rejects(opened(blob, { region: 'eu-west-1' }), refusedWith('AccountKeyHidden'))
    const closed: Context = { ...context, access: createAccess([() => ({ allowed: false, because: 'because no policy allows it' })]) }
    const stranger = rootOf('444455556666')
    const asked = async (keyId?: string) => as(async call => decrypt(closed, call, { ...symmetric, region, blob, keyId }), stranger)
    await assert.rejects(asked(), refusedWith('AccountKeyHidden'))
    await assert.rejects(asked(keyArn(key.value)), refusedWith('AccessDenied'))
  })
})

describe('re-encryption', () => {
  test('moves a ciphertext to another key and context, asking both rights', async () => {
    const { blob } = await sealed(bytes('moving'), { stage: 'old' })
    const asked: Permission[] = []
    const watched: Context = {
      ...context,
      access: createAccess([
        question => {
          asked.push(question.permission)
          assert.equal(question.owned?.facts('kms:reencryptonsamekey'), 'false')
          return { allowed: true, by: 'test' }
        },
      ]),
    }
    const destination = { ...symmetric, key: named(another), bound: bound({ stage: 'new' }) }
    const moved = await as(async call =>
      reEncrypt(watched, call, { source: { ...symmetric, region, blob, bound: bound({ stage: 'old' }) }, destination }),
    )
    assert.deepEqual(asked, ['accountKey.reEncryptFrom', 'accountKey.reEncryptTo'])
    assert.deepEqual([moved.sourceArn, moved.arn], [keyArn(key.value), keyArn(another.value)])
    assert.equal((await opened(moved.blob, { bound: bound({ stage: 'new' }) })).plaintext, bytes('moving').toHex())
    await assert.rejects(opened(moved.blob, { bound: bound({ stage: 'old' }) }), refusedWith('CiphertextInvalid'))
  })
})

describe('an RSA key that encrypts', async () => {
  const pair = await ground.addKey({ spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' })
  const { publicKey: der } = await as(async call => readPublicKey(context, call, named(pair)))
  const publicKey = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })

  for (const [algorithm, oaepHash, max] of [
    ['RSAES_OAEP_SHA_1', 'sha1', 214],
    ['RSAES_OAEP_SHA_256', 'sha256', 190],
  ] as const)
    test(`${algorithm}: what the public half encrypted outside decrypts, up to ${max} bytes`, async () => {
      const said = { algorithm, bound: noContext, keyId: pair.value.id }
      const outside = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytes('from outside'))
      assert.equal((await opened(outside, said)).plaintext, bytes('from outside').toHex())
      const seal = async (plaintext: Bytes) => as(async call => encrypt(context, call, { ...said, key: named(pair), plaintext }))
      const { blob } = await seal(new Uint8Array(max))
      assert.equal(blob.length, 256)
      assert.equal((await opened(blob, said)).plaintext, '00'.repeat(max))
      await assert.rejects(seal(new Uint8Array(max + 1)), refusedWith('ValidationFailed'))
      await assert.rejects(opened(blob.with(9, blob[9]! ^ 1), said), refusedWith('CiphertextInvalid'))
      await assert.rejects(opened(blob.subarray(1), said), refusedWith('CiphertextInvalid'))
    })

  test('needs its name and its algorithm, and binds no context', async () => {
    const blob = new Uint8Array(256)
    const algorithm = 'RSAES_OAEP_SHA_256'
    await assert.rejects(opened(blob), refusedWith('CiphertextInvalid'))
    await assert.rejects(opened(blob, { algorithm }), refusedWith('ValidationFailed'))
    await assert.rejects(opened(blob, { keyId: pair.value.id }), refusedWith('KeyUsageInvalid'))
    await assert.rejects(opened(blob, { algorithm, keyId: pair.value.id, bound: bound({ a: 'b' }) }), refusedWith('ValidationFailed'))
    await assert.rejects(opened(blob, { algorithm, keyId: key.value.id }), refusedWith('KeyUsageInvalid'))
  })
})

describe('data key pairs', () => {
  for (const spec of ['RSA_2048', 'ECC_NIST_P256', 'ECC_SECG_P256K1', 'ECC_NIST_EDWARDS25519', 'ML_KEM_768'] as const)
    test(`${spec}: the private half is sealed, and is the public one's`, async () => {
      assert.ok(Object.hasOwn(dataKeyPairSpecs, spec))
      await as(async call => {
        const made = await generateDataKeyPair(context, call, { key: named(key), bound: noContext, spec, shown: 'sealed' })
        const half = createPublicKey(createPrivateKey({ key: Buffer.from(made.plaintext.bytes), format: 'der', type: 'pkcs8' }))
        assert.deepEqual(Uint8Array.from(half.export({ format: 'der', type: 'spki' })), made.publicKey)
        assert.equal((await opened(made.blob)).plaintext, made.plaintext.bytes.toHex())
      })
    })
})

describe('a dry run', () => {
  test('ends where the call would have succeeded, and fails as the call would have', async () => {
    const { blob } = await sealed(bytes('x'))
    await assert.rejects(opened(blob, { dryRun: true }), refusedWith('DryRunPassed'))
    await assert.rejects(opened(blob, { dryRun: true, bound: bound({ a: 'b' }) }), refusedWith('CiphertextInvalid'))
    await assert.rejects(opened(blob, { dryRun: true, keyId: another.value.id }), refusedWith('CiphertextOfOtherKey'))
    const permissionsAlone = as(async call =>
      decrypt(context, call, { ...symmetric, region, blob: undefined, keyId: key.value.id, dryRun: true }),
    )
    await assert.rejects(permissionsAlone, refusedWith('DryRunPassed'))
    const dry = as(async call =>
      generateDataKey(context, call, { key: named(key), bound: noContext, bytes: 32, shown: 'plain', dryRun: true }),
    )
    await assert.rejects(dry, refusedWith('DryRunPassed'))
  })
})

test('a key that does not encrypt is told what it does', async () => {
  const signing = await ground.addKey({ spec: 'RSA_2048', usage: 'SIGN_VERIFY' })
  const use = as(async call => encrypt(context, call, { ...symmetric, key: named(signing), plaintext: bytes('x') }))
  await assert.rejects(
    use,
    refusedWith('KeyUsageInvalid', { message: `${keyArn(signing.value)} key usage is SIGN_VERIFY which is not valid for Encrypt.` }),
  )
  assert.equal(key.value.accountId, accountId)
})
