import assert from 'node:assert/strict'
import { constants, createHash, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { aesWrap } from '#crypto/aes-key-wrap.ts'
import { millis } from '#model/brands.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { encrypt } from '#domain/envelopes/encrypt.ts'
import { decrypt } from '#domain/envelopes/decrypt.ts'
import { noContext } from '#domain/envelopes/encryption-context.ts'
import { dayMs } from '#domain/account-keys/due.ts'
import { accountKeyById, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { stateOf } from '#domain/account-keys/key-states.ts'
import { readPublicKey } from '#domain/account-keys/read-public-key.ts'
import type { NewAccountKey } from '#domain/account-keys/create-account-key.ts'
import { rotateOnDemand } from '#domain/account-keys/rotate-account-key.ts'
import { accountKeyTasks } from '#domain/account-keys/tasks.ts'
import { accountGround, region, type AccountGround } from '#domain/account-keys/testing.ts'
import { importKeyMaterial, type BroughtMaterial } from './import-key-material.ts'
import { makeImportParameters, type ImportParameters } from './import-parameters.ts'
import { deleteImportedMaterial } from './remove-material.ts'
import { wrappingAlgorithms, type Wrapping } from './wrapping.ts'

const oaep: Wrapping = { algorithm: 'RSAES_OAEP_SHA_256', spec: 'RSA_2048' }
const aes: Wrapping = { algorithm: 'RSA_AES_KEY_WRAP_SHA_256', spec: 'RSA_2048' }

/** What the owner's own module sends. */
function wrapped({ algorithm }: Wrapping, { publicKey }: Pick<ImportParameters, 'publicKey'>, material: Uint8Array): Uint8Array {
  const { rsa, aes: indirect } = wrappingAlgorithms[algorithm]
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  const under = (bytes: Uint8Array) =>
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: rsa === 'RSA-OAEP' ? 'sha1' : 'sha256' }, bytes)
  if (!indirect) return under(material)
  const once = randomBytes(32)
  return Buffer.concat([under(once), aesWrap('padded', once, material)])
}

const deeds = ({ context, as, ...ground }: AccountGround) => {
  const now = async ({ value }: HeldAccountKey): Promise<HeldAccountKey> =>
    (await as(async call => accountKeyById(context, call, value))) ?? assert.fail('the key is gone')
  const ask = async (key: HeldAccountKey, wrapping = oaep) =>
    as(async call => {
      const permit = await ground.permitOf(call, 'accountKey.readImportParameters', key)
      return makeImportParameters(context, call, { permit, key, ...wrapping })
    })
  const send = async (held: HeldAccountKey, brought: BroughtMaterial) => {
    const key = await now(held)
    return as(async call =>
      importKeyMaterial(context, call, { permit: await ground.permitOf(call, 'accountKey.importMaterial', key), key, ...brought }),
    )
  }
  return {
    now,
    ask,
    send,
    bring: async (key: HeldAccountKey, material: Uint8Array, more: Partial<BroughtMaterial> & { readonly wrapping?: Wrapping } = {}) => {
      const { wrapping = oaep, ...rest } = more
      const parameters = await ask(key, wrapping)
      return send(key, { token: parameters.token, wrapped: wrapped(wrapping, parameters, material), ...rest })
    },
    remove: async (held: HeldAccountKey, materialId?: string) => {
      const key = await now(held)
      return as(async call =>
        deleteImportedMaterial(context, call, { permit: await ground.permitOf(call, 'accountKey.deleteMaterial', key), key, materialId }),
      )
    },
    turn: async (held: HeldAccountKey) => {
      const key = await now(held)
      return as(async call => rotateOnDemand(context, call, { permit: await ground.permitOf(call, 'accountKey.rotate', key), key }))
    },
    state: async (key: HeldAccountKey) => stateOf((await now(key)).value, ground.clock.now()),
    seal: async ({ value }: HeldAccountKey, plaintext: string) =>
      as(async call => {
        const asked = { algorithm: 'SYMMETRIC_DEFAULT', bound: noContext, plaintext: Buffer.from(plaintext) } as const
        return encrypt(context, call, { ...asked, key: { id: value.id, region } })
      }),
    open: async (blob: Uint8Array) =>
      as(async call => {
        const { plaintext, materialId } = await decrypt(context, call, { algorithm: 'SYMMETRIC_DEFAULT', bound: noContext, region, blob })
        return { text: Buffer.from(plaintext.bytes).toString(), materialId }
      }),
    look: async (key: HeldAccountKey) => {
      const [task] = accountKeyTasks
      assert(task !== undefined)
      const { compartment, path } = key
      return ground.run({ id: 'system', kind: 'system' }, async call => task.run(context, call, { compartment, path }), task.operation)
    },
  }
}

describe('material that is brought', async () => {
  const ground = await accountGround()
  const { context, as } = ground
  const does = deeds(ground)
  const empty = async (more: Partial<NewAccountKey> = {}) => ground.addKey({ origin: 'imported', ...more })

  for (const algorithm of ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const)
    for (const spec of ['RSA_2048', 'RSA_3072'] as const)
      test(`comes under ${algorithm} and ${spec}, and the key is used`, async () => {
        const key = await empty()
        assert.equal(await does.state(key), 'pendingImport')
        const id = await does.bring(key, randomBytes(32), { wrapping: { algorithm, spec } })
        assert.equal(await does.state(key), 'enabled')
        const { blob, materialId } = await does.seal(key, 'under my own key')
        assert.equal(materialId, id)
        assert.deepEqual(await does.open(blob), { text: 'under my own key', materialId: id })
      })

  const pairs = [
    ['RSA_2048', 'SIGN_VERIFY', 'RSA_AES_KEY_WRAP_SHA_1', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ECC_NIST_P256', 'SIGN_VERIFY', 'RSAES_OAEP_SHA_256', () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
    ['ECC_NIST_P521', 'KEY_AGREEMENT', 'RSA_AES_KEY_WRAP_SHA_256', () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' })],
    ['ECC_SECG_P256K1', 'SIGN_VERIFY', 'RSA_AES_KEY_WRAP_SHA_256', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
    ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', 'RSAES_OAEP_SHA_1', () => generateKeyPairSync('ed25519')],
    ['ML_DSA_65', 'SIGN_VERIFY', 'RSAES_OAEP_SHA_256', () => generateKeyPairSync('ml-dsa-65')],
  ] as const
  for (const [spec, usage, algorithm, generate] of pairs)
    test(`is the very private key: ${spec} under ${algorithm}`, async () => {
      const { privateKey, publicKey } = generate()
      const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
      const key = await empty({ spec, usage })
      const wrapping = { algorithm, spec: 'RSA_2048' } as const
      const id = await does.bring(key, pkcs8, { wrapping })
      const shown = await as(async call => readPublicKey(context, call, { id: key.value.id, region }))
      assert.equal(Buffer.from(shown.publicKey).toString('hex'), publicKey.export({ format: 'der', type: 'spki' }).toString('hex'))
      await does.remove(key)
      assert.equal(await does.bring(key, pkcs8, { wrapping }), id)
      const another = generate().privateKey.export({ format: 'der', type: 'pkcs8' })
      await assert.rejects(does.bring(key, another, { wrapping }), refusedWith('KeyMaterialIncorrect'))
      assert.equal(await does.state(key), 'enabled')
    })

  test('of an HMAC key is of the lengths that its hash takes', async () => {
    const key = await empty({ spec: 'HMAC_384', usage: 'GENERATE_VERIFY_MAC' })
    for (const length of [47, 129]) await assert.rejects(does.bring(key, randomBytes(length)), refusedWith('KeyMaterialIncorrect'))
    await does.bring(key, randomBytes(48))
    assert.equal(await does.state(key), 'enabled')
  })

  test('has the same name in the same key, another in another, and one that tells nothing of it', async () => {
    const [one, two] = [await empty(), await empty()]
    const material = randomBytes(32)
    const id = await does.bring(one, material)
    assert.match(id, /^[0-9a-f]{64}$/)
    assert.equal(await does.bring(one, material), id)
    assert.notEqual(await does.bring(two, material), id)
    assert.notEqual(id, createHash('sha256').update(material).digest('hex'))
  })

  test('that does not fit is refused, and the key still waits', async () => {
    const key = await empty()
    for (const length of [16, 31, 33]) await assert.rejects(does.bring(key, randomBytes(length)), refusedWith('KeyMaterialIncorrect'))
    const parameters = await does.ask(key)
    const { token } = parameters
    const good = wrapped(oaep, parameters, randomBytes(32))
    const otherHash = wrapped({ ...oaep, algorithm: 'RSAES_OAEP_SHA_1' }, parameters, randomBytes(32))
    const ofAnotherPair = wrapped(oaep, await does.ask(key), randomBytes(32))
    for (const bad of [otherHash, ofAnotherPair, randomBytes(256), good.subarray(1), Buffer.concat([good, good]), Buffer.of(1)])
      await assert.rejects(does.send(key, { token, wrapped: bad }), refusedWith('CiphertextInvalid'))
    assert.equal(await does.state(key), 'pendingImport')
    await does.send(key, { token, wrapped: good })
    const curve = await empty({ spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' })
    for (const stranger of [generateKeyPairSync('ec', { namedCurve: 'secp384r1' }), generateKeyPairSync('ed25519')]) {
      const pkcs8 = stranger.privateKey.export({ format: 'der', type: 'pkcs8' })
      await assert.rejects(does.bring(curve, pkcs8, { wrapping: aes }), refusedWith('KeyMaterialIncorrect'))
    }
    const sealed = await does.ask(curve, aes)
    const whole = wrapped(
      aes,
      sealed,
      generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ format: 'der', type: 'pkcs8' }),
    )
    const spoiled = Buffer.from(whole)
    spoiled[whole.length - 1] = (spoiled[whole.length - 1] ?? 0) ^ 1
    for (const bad of [spoiled, whole.subarray(0, -8), whole.subarray(0, 256), whole.subarray(0, 264)])
      await assert.rejects(does.send(curve, { token: sealed.token, wrapped: bad }), refusedWith('CiphertextInvalid'))
    assert.equal(await does.state(curve), 'pendingImport')
  })

  test('is wrapped as its kind can be', async () => {
    const [symmetric, rsa, p521] = [
      await empty(),
      await empty({ spec: 'RSA_2048', usage: 'SIGN_VERIFY' }),
      await empty({ spec: 'ECC_NIST_P521', usage: 'SIGN_VERIFY' }),
    ]
    for (const [key, wrapping] of [
      [symmetric, aes],
      [rsa, oaep],
      [p521, oaep],
      [await ground.addKey(), oaep],
    ] as const)
      await assert.rejects(does.ask(key, wrapping), refusedWith('KeyOperationUnsupported'))
    await does.ask(p521, { algorithm: 'RSAES_OAEP_SHA_256', spec: 'RSA_3072' })
  })
})

describe('a token', async () => {
  const ground = await accountGround()
  const does = deeds(ground)

  test('is of one key and one pair, whole, and for a day; until then it is good again', async () => {
    const [key, other] = [await ground.addKey({ origin: 'imported' }), await ground.addKey({ origin: 'imported' })]
    const parameters = await does.ask(key)
    assert.equal(parameters.validTo, ground.clock.now() + dayMs)
    const { token } = parameters
    const brought = wrapped(oaep, parameters, randomBytes(32))
    await assert.rejects(does.send(other, { token, wrapped: brought }), refusedWith('ImportTokenInvalid'))
    for (let at = 0; at < token.length; at += 7) {
      const spoiled = token.map((byte, index) => (index === at ? byte ^ 0x10 : byte))
      await assert.rejects(does.send(key, { token: spoiled, wrapped: brought }), refusedWith('ImportTokenInvalid'))
    }
    for (const bad of [token.subarray(1), token.subarray(0, 4), randomBytes(300)])
      await assert.rejects(does.send(key, { token: bad, wrapped: brought }), refusedWith('ImportTokenInvalid'))
    const id = await does.send(key, { token, wrapped: brought })
    assert.equal(await does.send(key, { token, wrapped: brought }), id)
    ground.clock.advance(dayMs)
    await assert.rejects(does.send(key, { token, wrapped: brought }), refusedWith('ImportTokenExpired'))
  })

  test('does not open what was wrapped for it once its day is over: the private half is gone', async () => {
    const key = await ground.addKey({ origin: 'imported' })
    await does.ask(key)
    const [parameters] = await ground.as(async call =>
      ground.context.importParameters.list(call, key.compartment, { collection: [key.value.id], after: -1, limit: 2 }),
    )
    assert(parameters !== undefined)
    const { id, compartment, path } = parameters
    assert.equal((await ground.store.materialOf(id)).length, 1)
    const [, task] = accountKeyTasks
    assert(task !== undefined)
    const look = async () =>
      ground.run({ id: 'system', kind: 'system' }, async call => task.run(ground.context, call, { compartment, path }))
    assert.equal(await look(), false)
    ground.clock.advance(dayMs)
    assert.equal(await look(), true)
    assert.deepEqual(await ground.store.materialOf(id), [])
    assert.equal(await look(), false)
  })
})

describe('imported material', async () => {
  const ground = await accountGround()
  const does = deeds(ground)
  const empty = async () => ground.addKey({ origin: 'imported' })

  test('runs out when it was said to: at once for who uses it, and at the next look for good', async () => {
    const key = await empty()
    const material = randomBytes(32)
    const validTo = millis(ground.clock.now() + 8_000)
    const id = await does.bring(key, material, { validTo })
    const { blob } = await does.seal(key, 'until then')
    assert.equal(await does.look(key), false)
    ground.clock.advance(8_000)
    assert.equal(await does.state(key), 'pendingImport')
    await assert.rejects(does.open(blob), refusedWith('AccountKeyStateInvalid'))
    assert.equal(await does.look(key), true)
    assert.deepEqual(await ground.store.materialOf(key.id), [])
    assert.ok(ground.rows().some(row => JSON.stringify(row).includes('DeleteExpiredKeyMaterial')))
    assert.equal(await does.look(key), false)
    await assert.rejects(does.bring(key, randomBytes(32)), refusedWith('KeyMaterialIncorrect'))
    assert.equal(await does.bring(key, material), id)
    assert.equal((await does.open(blob)).text, 'until then')
  })

  test('runs out within a year, and not in the past', async () => {
    const key = await empty()
    for (const validTo of [ground.clock.now(), ground.clock.now() - 1, ground.clock.now() + 365 * dayMs + 1])
      await assert.rejects(does.bring(key, randomBytes(32), { validTo: millis(validTo) }), refusedWith('ValidationFailed'))
    await does.bring(key, randomBytes(32), { validTo: millis(ground.clock.now() + 365 * dayMs) })
  })

  test('that is deleted is shredded, and comes back as the same bytes alone', async () => {
    const key = await empty()
    assert.equal(await does.remove(key), undefined)
    const material = randomBytes(32)
    const id = await does.bring(key, material, { description: 'first' })
    const { blob } = await does.seal(key, 'kept outside')
    assert.equal(await does.remove(key), id)
    assert.deepEqual(await ground.store.materialOf(key.id), [])
    await assert.rejects(does.open(blob), refusedWith('AccountKeyStateInvalid'))
    await assert.rejects(does.remove(key, 'f'.repeat(64)), refusedWith('AccountKeyNotFound'))
    await does.bring(key, material, { as: 'existing', materialId: id })
    assert.equal((await does.open(blob)).text, 'kept outside')
    assert.equal((await does.now(key)).value.materials[0]?.imported?.description, 'first')
  })

  test('turns to what was brought for it, one at a time, and needs all of it', async () => {
    const key = await empty()
    const [first, second] = [randomBytes(32), randomBytes(32)]
    const one = await does.bring(key, first)
    const old = await does.seal(key, 'old')
    await assert.rejects(does.turn(key), refusedWith('AccountKeyStateInvalid'))
    await assert.rejects(does.bring(key, second), refusedWith('KeyMaterialIncorrect'))
    await assert.rejects(does.bring(key, first, { as: 'new' }), refusedWith('KeyMaterialIncorrect'))
    await assert.rejects(does.bring(key, second, { as: 'new', materialId: one }), refusedWith('ValidationFailed'))
    await assert.rejects(does.bring(key, second, { materialId: one }), refusedWith('KeyMaterialIncorrect'))
    const two = await does.bring(key, second, { as: 'new' })
    await assert.rejects(does.bring(key, randomBytes(32), { as: 'new' }), refusedWith('AccountKeyStateInvalid'))
    assert.equal((await does.seal(key, 'still old')).materialId, one)
    await does.turn(key)
    const fresh = await does.seal(key, 'new')
    assert.equal(fresh.materialId, two)
    assert.deepEqual(await does.open(old.blob), { text: 'old', materialId: one })
    await does.remove(key, one)
    assert.equal(await does.state(key), 'pendingImport')
    await assert.rejects(does.open(fresh.blob), refusedWith('AccountKeyStateInvalid'))
    assert.equal((await ground.store.materialOf(key.id)).length, 1)
    await does.bring(key, first, { materialId: one })
    assert.equal((await does.open(old.blob)).text, 'old')
    assert.equal((await does.open(fresh.blob)).text, 'new')
  })

  test('that waits for a rotation and is deleted never was', async () => {
    const key = await empty()
    await does.bring(key, randomBytes(32))
    const two = await does.bring(key, randomBytes(32), { as: 'new' })
    assert.equal(await does.remove(key, two), two)
    assert.equal(await does.state(key), 'enabled')
    assert.equal((await does.now(key)).value.materials.length, 1)
    assert.equal((await ground.store.materialOf(key.id)).length, 1)
  })
})
