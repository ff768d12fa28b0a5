// Key stores whose keys stand in tokens: SoftHSM2 for the token, a certificate of the test's own for the anchor.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, beforeEach, describe, test } from 'node:test'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { pkcs11Clusters } from '#adapters/pkcs11/token-clusters.ts'
import { pkcs11Token } from '#adapters/pkcs11/token.ts'
import { makeAuthority } from '#adapters/tls/authority.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import { createAccountKey, type NewAccountKey } from '#domain/account-keys/create-account-key.ts'
import { destroyAccountKey } from '#domain/account-keys/destroy-account-key.ts'
import { accountKeyById, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { defaultKeyPolicy } from '#domain/account-keys/key-policy.ts'
import { accountKeyState } from '#domain/account-keys/key-states.ts'
import { ownedKey, ownedRegion } from '#domain/account-keys/permit-account-key.ts'
import { accountGround, accountId, region } from '#domain/account-keys/testing.ts'
import { generateDataKey, generateDataKeyPair } from '#domain/envelopes/data-keys.ts'
import { decrypt } from '#domain/envelopes/decrypt.ts'
import { encrypt } from '#domain/envelopes/encrypt.ts'
import { generateRandom } from '#domain/envelopes/random.ts'
import { reEncrypt } from '#domain/envelopes/re-encrypt.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { noSoftHsm, softHsm } from '#tests/tokens/soft-hsm.ts'
import { deleteKeyStore, updateKeyStore } from './change-key-store.ts'
import { connectKeyStore, disconnectKeyStore } from './connect-key-store.ts'
import { createKeyStore } from './create-key-store.ts'
import { assertKeyInStore } from './key-in-store.ts'
import { listKeyStores } from './list-key-stores.ts'
import type { StoreRefusal } from './refusals.ts'
import type { ClusterSettings, ProxySettings } from './store-settings.ts'
import { nameInToken } from './store-token.ts'

const place = { accountId, region }
const password = 'kmsuser password'
const refusedAs =
  (refusal: StoreRefusal, saying = /(?:)/) =>
  (error: unknown) =>
    error instanceof Problem &&
    error.body.code === 'KeyStoreRefused' &&
    error.body.details.name === `${refusal}Exception` &&
    saying.test(error.body.details.message) &&
    !error.body.details.message.includes(password)

describe('a key store whose keys stand in a token', { skip: noSoftHsm }, async () => {
  if (noSoftHsm !== false) return
  const hsm = softHsm()
  beforeEach(() => hsm.enter())
  const clusters = new Map([
    ['cluster-2222222aaaa', 'first'],
    ['cluster-2222222bbbb', 'second'],
    ['cluster-2222222cccc', 'away'],
  ])
  for (const label of ['first', 'second']) hsm.newToken(label, password)
  const making = { now: systemClock.now(), random: systemRandom() }
  const [authority, stranger] = await Promise.all([
    makeAuthority({ dns: ['a.test'], ip: [] }, making),
    makeAuthority({ dns: ['b.test'], ip: [] }, making),
  ])
  const trustAnchor = authority.rootPem
  const anchor = Uint8Array.from(new X509Certificate(trustAnchor).raw)
  const parts = { module: hsm.module, clusters, anchor, clock: systemClock, random: systemRandom() }
  const opened: Disposable[] = []
  after(() => {
    for (const one of opened) one[Symbol.dispose]()
    hsm[Symbol.dispose]()
  })
  const cluster = { clusterId: 'cluster-2222222aaaa', password, trustAnchor }

  /** What somebody finds in the token who comes with the password. */
  async function inToken(label: string, { value }: HeldAccountKey): Promise<boolean> {
    using token = pkcs11Token({ ...parts, place: { module: hsm.module, label }, pin: () => new SecretBytes(Buffer.from(password)) })
    return await token.hasKey(nameInToken(keyArn(value), value.materials[0]?.id ?? ''))
  }

  async function grounded() {
    const tokenClusters = pkcs11Clusters(parts)
    opened.push(tokenClusters)
    const ground = await accountGround({ tokenClusters })
    const { context, as } = ground
    const permit = <P extends Permission>(call: Call, permission: P) => context.access.permit(call, permission, ownedRegion(place))
    const list = async () =>
      as(async call => listKeyStores(context, call, { permit: permit(call, 'keyStore.describe'), ...place, after: -1, limit: 50 }))
    return {
      ...ground,
      list,
      create: async (settings: ClusterSettings = cluster, name = 'store', proxy: ProxySettings = {}) =>
        as(async call =>
          createKeyStore(context, call, {
            permit: permit(call, 'keyStore.create'),
            ...place,
            name,
            kind: 'token',
            cluster: settings,
            proxy,
          }),
        ),
      of: async (id: string) => (await list()).items.find(one => one.id === id) ?? assert.fail('no store'),
      connect: async (id: string) =>
        as(async call => connectKeyStore(context, call, { permit: permit(call, 'keyStore.connect'), ...place, id })),
      disconnect: async (id: string) =>
        as(async call => disconnectKeyStore(context, call, { permit: permit(call, 'keyStore.disconnect'), ...place, id })),
      remove: async (id: string) =>
        as(async call => deleteKeyStore(context, call, { permit: permit(call, 'keyStore.delete'), ...place, id })),
      update: async (id: string, change: { readonly name?: string; readonly cluster?: ClusterSettings }) =>
        as(async call =>
          updateKeyStore(context, call, { permit: permit(call, 'keyStore.update'), ...place, id, cluster: {}, proxy: {}, ...change }),
        ),
      random: async (storeId: string, bytes = 48) =>
        as(async call => {
          const drawn = await generateRandom(context, call, { permit: permit(call, 'accountKey.generateRandom'), ...place, bytes, storeId })
          return drawn.bytes.toHex()
        }),
      keyIn: async (storeId: string, more: Partial<NewAccountKey> = {}) =>
        as(async call => {
          const origin = 'keyStore'
          const kind = { spec: 'SYMMETRIC_DEFAULT', multiRegion: false, ...more } as const
          const { externalKeyId } = more
          const stored = await assertKeyInStore(context, call, { ...place, ...kind, origin, storeId, externalKeyId })
          return createAccountKey(context, call, {
            permit: permit(call, 'accountKey.create'),
            ...place,
            ...kind,
            origin,
            ...stored,
            usage: 'ENCRYPT_DECRYPT',
            description: '',
            policy: defaultKeyPolicy(accountId),
            bypassLockout: true,
            tags: [],
          })
        }),
      seal: async (key: HeldAccountKey, text = 'secret') =>
        as(async call => {
          const named = { id: key.value.id, region }
          return encrypt(context, call, { algorithm: 'SYMMETRIC_DEFAULT', bound, key: named, plaintext: Buffer.from(text) })
        }),
      open: async (blob: Uint8Array, with_: ReadonlyMap<string, string> = bound) =>
        as(async call => {
          const shown = await decrypt(context, call, { algorithm: 'SYMMETRIC_DEFAULT', bound: with_, region, blob })
          return Buffer.from(shown.plaintext.bytes).toString()
        }),
    }
  }
  const bound = new Map([['a', 'b']])

  test('is made of a cluster that is there and vouched for, disconnected; its password is sealed', async () => {
    const { create, of, context, store } = await grounded()
    const id = await create()
    const { kind, connection, clusterId, trustAnchor: kept } = await of(id)
    assert.deepEqual([kind, connection, clusterId, kept], ['token', 'disconnected', cluster.clusterId, trustAnchor])
    const [held] = context.keyStores.peek()
    const [secret] = await store.materialOf(held?.id ?? assert.fail('no store'))
    assert.ok(!Buffer.from(secret?.material.bytes ?? []).includes(password))
    assert.ok(!JSON.stringify(held?.value).includes(password))
  })

  const unfit: readonly (readonly [string, ClusterSettings, ReturnType<typeof refusedAs>])[] = [
    ['that nobody knows', { ...cluster, clusterId: 'cluster-2222222dddd' }, refusedAs('CloudHsmClusterNotFound')],
    ['whose token is away', { ...cluster, clusterId: 'cluster-2222222cccc' }, refusedAs('CloudHsmClusterNotActive')],
    ['with another anchor', { ...cluster, trustAnchor: stranger.rootPem }, refusedAs('IncorrectTrustAnchor')],
    ['with what is no certificate', { ...cluster, trustAnchor: 'x' }, refusedAs('IncorrectTrustAnchor')],
    ['without a password', { ...cluster, password: undefined }, refusedWith('ValidationFailed')],
    ['without an anchor', { ...cluster, trustAnchor: undefined }, refusedWith('ValidationFailed')],
  ]
  for (const [what, settings, refused] of unfit)
    test(`is not made of a cluster ${what}`, async () => {
      const { create, list } = await grounded()
      await assert.rejects(create(settings), refused)
      assert.deepEqual((await list()).items, [])
    })

  test('has a name and a cluster of its own', async () => {
    const { create } = await grounded()
    await create()
    await assert.rejects(create(cluster, 'other'), refusedAs('CloudHsmClusterInUse'))
    await assert.rejects(create({ ...cluster, clusterId: 'cluster-2222222bbbb' }), refusedAs('CustomKeyStoreNameInUse'))
    await assert.rejects(create(cluster, 'third', { path: '/kms/xks/v1' }), refusedWith('ValidationFailed'))
  })

  test('connects by its password, else says why; another password is tried after it was updated', async () => {
    const { create, connect, disconnect, update, of } = await grounded()
    const id = await create({ ...cluster, password: 'not the password' })
    await connect(id)
    assert.deepEqual([(await of(id)).connection, (await of(id)).connectionError], ['failed', 'INVALID_CREDENTIALS'])
    await assert.rejects(connect(id), refusedAs('CustomKeyStoreInvalidState'))
    await assert.rejects(update(id, { cluster: { password } }), refusedAs('CustomKeyStoreInvalidState'))
    await disconnect(id)
    await update(id, { cluster: { password } })
    await connect(id)
    await connect(id)
    assert.deepEqual([(await of(id)).connection, (await of(id)).connectionError], ['connected', undefined])
    await update(id, { name: 'renamed' })
    assert.equal((await of(id)).name, 'renamed')
    await assert.rejects(update(id, { cluster: { password } }), refusedAs('CustomKeyStoreInvalidState'))
  })

  test('does not connect while its token is away', async () => {
    const { create, connect, of } = await grounded()
    const id = await create()
    hsm.pullOut()
    await assert.rejects(connect(id), refusedAs('CloudHsmClusterNotActive'))
    hsm.putBack()
    assert.equal((await of(id)).connection, 'disconnected')
    await connect(id)
  })

  test('makes keys in the token while it is connected, of one kind, and does all that symmetric keys do with them there', async () => {
    const { create, connect, keyIn, seal, open, as, context, store } = await grounded()
    const id = await create()
    await assert.rejects(keyIn(id), refusedAs('CustomKeyStoreInvalidState'))
    await connect(id)
    await assert.rejects(keyIn(id, { spec: 'RSA_2048' }), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(keyIn(id, { spec: 'HMAC_256' }), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(keyIn(id, { multiRegion: true }), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(keyIn(id, { externalKeyId: 'key-1' }), refusedWith('ValidationFailed'))
    const key = await keyIn(id)
    assert.deepEqual([key.value.origin, key.value.storeId, key.value.materials.length], ['keyStore', id, 1])
    assert.deepEqual(await store.materialOf(key.id), [], 'nothing of the key is here')
    assert.equal(await inToken('first', key), true)

    for (const text of ['', 'secret', 'x'.repeat(4_096)]) {
      const { blob } = await seal(key, text)
      assert.notDeepEqual((await seal(key, text)).blob, blob)
      assert.equal(await open(blob), text)
      await assert.rejects(open(blob, new Map([['a', 'c']])), refusedWith('CiphertextInvalid'))
      await assert.rejects(open(blob.with(blob.length - 1, (blob.at(-1) ?? 0) ^ 1)), refusedWith('CiphertextInvalid'))
    }
    const named = { id: key.value.id, region }
    await as(async call => {
      const made = await generateDataKey(context, call, { key: named, bound, bytes: 32, shown: 'plain' })
      const shown = await decrypt(context, call, { algorithm: 'SYMMETRIC_DEFAULT', bound, region, blob: made.blob })
      assert.equal(shown.plaintext.bytes.toHex(), made.plaintext.bytes.toHex())
    })
    await assert.rejects(
      as(async call => generateDataKeyPair(context, call, { key: named, bound, spec: 'ECC_NIST_P256', shown: 'plain' })),
      refusedWith('KeyOperationUnsupported'),
    )
    const other = await keyIn(id)
    const { blob } = await seal(key, 'moved')
    const moved = await as(async call =>
      reEncrypt(context, call, {
        source: { region, blob, algorithm: 'SYMMETRIC_DEFAULT', bound },
        destination: { key: { id: other.value.id, region }, algorithm: 'SYMMETRIC_DEFAULT', bound },
      }),
    )
    assert.equal(await open(moved.blob), 'moved')
  })

  test('draws random bytes in the token while it is connected', async () => {
    const { create, connect, random } = await grounded()
    const id = await create()
    await assert.rejects(random(id), refusedAs('CustomKeyStoreInvalidState'))
    await assert.rejects(random('cks-1234567890abcdef0'), refusedAs('CustomKeyStoreNotFound'))
    await connect(id)
    assert.match(await random(id), /^[0-9a-f]{96}$/)
    assert.notEqual(await random(id), await random(id))
  })

  test('has keys that are unavailable while it is not connected, and says so of a token that is away', async () => {
    const { create, connect, disconnect, keyIn, seal, open, as, context } = await grounded()
    const id = await create()
    await connect(id)
    const key = await keyIn(id)
    const { blob } = await seal(key)
    hsm.pullOut()
    await assert.rejects(seal(key), refusedAs('KMSInvalidState'))
    hsm.putBack()
    await disconnect(id)
    await assert.rejects(seal(key), refusedWith('AccountKeyStateInvalid'))
    await assert.rejects(open(blob), refusedWith('AccountKeyStateInvalid'))
    const state = async () => as(async call => accountKeyState(context, call, (await accountKeyById(context, call, key.value)) ?? key))
    assert.equal(await state(), 'unavailable')
    await connect(id)
    assert.equal(await open(blob), 'secret')
  })

  test('moves to another cluster only where that has its keys', async () => {
    const { create, connect, disconnect, keyIn, update, of } = await grounded()
    const id = await create()
    await connect(id)
    await keyIn(id)
    const elsewhere = { clusterId: 'cluster-2222222bbbb' }
    await assert.rejects(update(id, { cluster: elsewhere }), refusedAs('CustomKeyStoreInvalidState'))
    await disconnect(id)
    await assert.rejects(update(id, { cluster: elsewhere }), refusedAs('CloudHsmClusterNotRelated'))
    await assert.rejects(update(id, { cluster: { clusterId: 'cluster-2222222dddd' } }), refusedAs('CloudHsmClusterNotFound'))
    await assert.rejects(update(id, { cluster: { clusterId: 'cluster-2222222cccc' } }), refusedAs('CloudHsmClusterNotActive'))
    assert.equal((await of(id)).clusterId, cluster.clusterId)
    const empty = await create({ ...cluster, clusterId: 'cluster-2222222bbbb' }, 'empty')
    await assert.rejects(update(id, { cluster: elsewhere }), refusedAs('CloudHsmClusterInUse'))
    await assert.rejects(update(empty, { cluster: { clusterId: cluster.clusterId } }), refusedAs('CloudHsmClusterInUse'))
  })

  test('loses a key with its end, in the token too, and goes when it is empty and disconnected', async () => {
    const { create, connect, disconnect, keyIn, remove, list, as, context, store } = await grounded()
    const id = await create()
    await connect(id)
    const key = await keyIn(id)
    await assert.rejects(remove(id), refusedAs('CustomKeyStoreHasCMKs'))
    await as(async call => {
      const permit = context.access.permit(call, 'accountKey.destroy', await ownedKey(context, call, { key }))
      assert.equal(await destroyAccountKey(context, call, { permit, key }), true)
    })
    const end = performance.now() + 5_000
    while (await inToken('first', key)) assert(performance.now() < end, 'the key goes out of the token within 5 s')
    await assert.rejects(remove(id), refusedAs('CustomKeyStoreInvalidState'))
    await disconnect(id)
    const [held] = context.keyStores.peek()
    await remove(id)
    assert.deepEqual([(await list()).items, await store.materialOf(held?.id ?? assert.fail('no store'))], [[], []])
  })
})
