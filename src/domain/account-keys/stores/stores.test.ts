import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { localXksProxy } from '#adapters/xks/testing.ts'
import { newXksKey } from '#adapters/xks/testing-keys.ts'
import { Problem } from '#model/problem.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { createAccountKey, type NewAccountKey } from '#domain/account-keys/create-account-key.ts'
import { accountKeyById } from '#domain/account-keys/find-account-key.ts'
import { defaultKeyPolicy } from '#domain/account-keys/key-policy.ts'
import { accountKeyState } from '#domain/account-keys/key-states.ts'
import { ownedRegion } from '#domain/account-keys/permit-account-key.ts'
import { accountGround, accountId, region } from '#domain/account-keys/testing.ts'
import { generateDataKey } from '#domain/envelopes/data-keys.ts'
import { decrypt } from '#domain/envelopes/decrypt.ts'
import { encrypt } from '#domain/envelopes/encrypt.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import { deleteKeyStore, updateKeyStore } from './change-key-store.ts'
import { connectKeyStore, disconnectKeyStore } from './connect-key-store.ts'
import { createKeyStore } from './create-key-store.ts'
import { assertKeyInStore } from './key-in-store.ts'
import { listKeyStores } from './list-key-stores.ts'
import type { StoreRefusal } from './refusals.ts'
import type { ClusterSettings, ProxySettings } from './store-settings.ts'

const remote = await localXksProxy()
after(async () => remote[Symbol.asyncDispose]())
beforeEach(() => {
  for (const call of ['health', 'keys/']) remote.answer(call, undefined)
})

const place = { accountId, region }
const refusedAs =
  (refusal: StoreRefusal, saying = /(?:)/) =>
  (error: unknown) =>
    error instanceof Problem &&
    error.body.code === 'KeyStoreRefused' &&
    error.body.details.name === `${refusal}Exception` &&
    saying.test(error.body.details.message)

const settings = (more: Partial<ProxySettings> = {}): ProxySettings => ({
  connectivity: 'PUBLIC_ENDPOINT',
  endpoint: remote.endpoint,
  path: remote.path,
  credential: remote.credential,
  ...more,
})

async function grounded() {
  const ground = await accountGround({ outgoing: remote.outgoing, keyStoreHosts: remote.hosts })
  const { context, as } = ground
  // The proxy looks at the time of a request: it is the real one.
  ground.clock.advance(systemClock.now() - ground.clock.now())
  const permit = <P extends Permission>(call: Call, permission: P) => context.access.permit(call, permission, ownedRegion(place))
  const list = async (named: { readonly id?: string; readonly name?: string } = {}) =>
    as(async call => listKeyStores(context, call, { permit: permit(call, 'keyStore.describe'), ...place, ...named, after: -1, limit: 50 }))
  const create = async (
    name = 'store',
    more: Partial<ProxySettings> & { readonly cluster?: ClusterSettings; readonly kind?: 'token' } = {},
  ) => {
    const { cluster = {}, kind = 'external', ...proxy } = more
    return as(async call =>
      createKeyStore(context, call, {
        permit: permit(call, 'keyStore.create'),
        ...place,
        name,
        kind,
        cluster,
        proxy: kind === 'token' ? proxy : settings(proxy),
      }),
    )
  }
  return {
    ...ground,
    list,
    create,
    of: async (id: string) => (await list({ id })).items[0] ?? assert.fail('no store'),
    connect: async (id: string) =>
      as(async call => connectKeyStore(context, call, { permit: permit(call, 'keyStore.connect'), ...place, id })),
    disconnect: async (id: string) =>
      as(async call => disconnectKeyStore(context, call, { permit: permit(call, 'keyStore.disconnect'), ...place, id })),
    remove: async (id: string) =>
      as(async call => deleteKeyStore(context, call, { permit: permit(call, 'keyStore.delete'), ...place, id })),
    update: async (id: string, change: { readonly name?: string; readonly cluster?: ClusterSettings; readonly proxy?: ProxySettings }) =>
      as(async call =>
        updateKeyStore(context, call, { permit: permit(call, 'keyStore.update'), ...place, id, cluster: {}, proxy: {}, ...change }),
      ),
    keyIn: async (storeId: string | undefined, externalKeyId: string | undefined, more: Partial<NewAccountKey> = {}) =>
      as(async call => {
        const origin = 'externalKeyStore'
        const kind = { spec: 'SYMMETRIC_DEFAULT', multiRegion: false, ...more } as const
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
  }
}

describe('a key store', () => {
  test('is made where its proxy answers, and is not connected', async () => {
    const { create, of, store, context } = await grounded()
    const id = await create()
    assert.match(id, /^cks-[0-9a-f]{17}$/)
    const { proxy, connection, name, kind } = await of(id)
    const { accessKeyId } = remote.credential
    assert.deepEqual(
      [proxy, connection, name, kind],
      [{ connectivity: 'PUBLIC_ENDPOINT', endpoint: remote.endpoint, path: remote.path, accessKeyId }, 'disconnected', 'store', 'external'],
    )
    const [held] = context.keyStores.peek()
    const [secret] = await store.materialOf(held?.id ?? assert.fail('no store'))
    assert.ok(!Buffer.from(secret?.material.bytes ?? []).includes(remote.credential.secret))
  })

  const unfit: readonly (readonly [string, Partial<ProxySettings>, Parameters<typeof assert.rejects>[1]])[] = [
    ['without an endpoint', { endpoint: undefined }, refusedWith('ValidationFailed')],
    ['without a credential', { credential: undefined }, refusedWith('ValidationFailed')],
    ['without connectivity', { connectivity: undefined }, refusedWith('ValidationFailed')],
    ['of another version', { path: '/kms/xks/v2' }, refusedWith('ValidationFailed')],
    [
      'with a service of a network beside a public endpoint',
      { serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1' },
      refusedWith('ValidationFailed'),
    ],
    ['behind a service of a network without its name', { connectivity: 'VPC_ENDPOINT_SERVICE' }, refusedWith('ValidationFailed')],
    [
      'behind a service of a network',
      { connectivity: 'VPC_ENDPOINT_SERVICE', serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1' },
      refusedAs('XksProxyVpcEndpointServiceNotFound'),
    ],
    ['where nobody may be asked', { endpoint: 'https://elsewhere.test' }, refusedAs('XksProxyUriUnreachable')],
    ['at a path that the proxy does not know', { path: '/other/kms/xks/v1' }, refusedAs('XksProxyInvalidConfiguration')],
    [
      'with a credential that the proxy does not take',
      { credential: { ...remote.credential, secret: 'x'.repeat(43) } },
      refusedAs('XksProxyIncorrectAuthenticationCredential'),
    ],
  ]
  for (const [what, proxy, refused] of unfit)
    test(`is not made ${what}`, async () => {
      const { create, list } = await grounded()
      await assert.rejects(create('store', proxy), refused)
      assert.deepEqual((await list()).items, [])
    })

  test('is not made where the proxy answers late, or what cannot be read', async () => {
    const { create } = await grounded()
    remote.answer('health', { delayMs: 400 })
    await assert.rejects(create(), refusedAs('XksProxyUriUnreachable', /in time/))
    remote.answer('health', { body: 'no json' })
    await assert.rejects(create(), refusedAs('XksProxyInvalidResponse'))
    remote.answer('health', { status: 503, body: { errorName: 'DependencyTimeoutException' } })
    await assert.rejects(create(), refusedAs('XksProxyUriUnreachable'))
  })

  test('of tokens is of a cluster that is there: none is', async () => {
    const { create } = await grounded()
    const cluster = { clusterId: 'cluster-2a34b5cdefg', password: 'kmsPswd1', trustAnchor: 'x' }
    await assert.rejects(create('store', { kind: 'token', cluster }), refusedAs('CloudHsmClusterNotFound'))
    await assert.rejects(create('store', { kind: 'token', cluster: { clusterId: cluster.clusterId } }), refusedWith('ValidationFailed'))
    await assert.rejects(create('store', { kind: 'token', cluster, path: '/kms/xks/v1' }), refusedWith('ValidationFailed'))
    await assert.rejects(create('store', { cluster }), refusedWith('ValidationFailed'))
  })

  test('has a name and an address of its own', async () => {
    const { create, list } = await grounded()
    const id = await create()
    await assert.rejects(create(), refusedAs('CustomKeyStoreNameInUse'))
    await assert.rejects(
      create('other', { endpoint: remote.endpoint.toUpperCase().replace('HTTPS', 'https') }),
      refusedAs('XksProxyUriInUse'),
    )
    assert.deepEqual(
      (await list({ name: 'store' })).items.map(one => one.id),
      [id],
    )
    await assert.rejects(list({ name: 'other' }), refusedAs('CustomKeyStoreNotFound'))
    await assert.rejects(list({ id: 'cks-1234567890abcdef0' }), refusedAs('CustomKeyStoreNotFound'))
  })

  test('connects where its proxy answers, else says why, and is asked again after it was disconnected', async () => {
    const { create, connect, disconnect, of } = await grounded()
    const id = await create()
    await assert.rejects(disconnect(id), refusedAs('CustomKeyStoreInvalidState'))
    for (const [answered, error] of [
      [{ status: 401, body: { errorName: 'AuthenticationFailedException' } }, 'XKS_PROXY_ACCESS_DENIED'],
      [{ delayMs: 400 }, 'XKS_PROXY_TIMED_OUT'],
      [{ body: '{}' }, 'XKS_PROXY_INVALID_RESPONSE'],
    ] as const) {
      remote.answer('health', answered)
      await connect(id)
      assert.deepEqual([(await of(id)).connection, (await of(id)).connectionError], ['failed', error])
      await assert.rejects(connect(id), refusedAs('CustomKeyStoreInvalidState'))
      await disconnect(id)
    }
    remote.answer('health', undefined)
    await connect(id)
    await connect(id)
    assert.deepEqual([(await of(id)).connection, (await of(id)).connectionError], ['connected', undefined])
  })

  test('changes its name, path and credential at any time, its address while it is disconnected', async () => {
    const { create, connect, update, of } = await grounded()
    const id = await create()
    await connect(id)
    await update(id, { name: 'renamed' })
    await assert.rejects(update(id, { proxy: { endpoint: remote.endpoint } }), refusedAs('CustomKeyStoreInvalidState'))
    await assert.rejects(update(id, { proxy: { path: '/other/kms/xks/v1' } }), refusedAs('XksProxyInvalidConfiguration'))
    await assert.rejects(update(id, {}), refusedWith('ValidationFailed'))
    await assert.rejects(update(id, { cluster: { password: 'kmsPswd1' } }), refusedWith('ValidationFailed'))
    const before = remote.credential
    const credential = { accessKeyId: 'ZZZZZZZZZZZZZZZZZZZZ', secret: 'y'.repeat(43) }
    await assert.rejects(update(id, { proxy: { credential } }), refusedAs('XksProxyIncorrectAuthenticationCredential'))
    remote.credentialIs(credential)
    await update(id, { proxy: { credential } })
    remote.credentialIs(before)
    assert.deepEqual([(await of(id)).name, (await of(id)).proxy?.accessKeyId], ['renamed', credential.accessKeyId])
  })

  test('goes when it is empty and disconnected, with its credential', async () => {
    const { create, connect, disconnect, remove, list, keyIn, store, context, as } = await grounded()
    const id = await create()
    await connect(id)
    await assert.rejects(remove(id), refusedAs('CustomKeyStoreInvalidState'))
    await keyIn(id, 'key-1')
    await disconnect(id)
    await assert.rejects(remove(id), refusedAs('CustomKeyStoreHasCMKs'))
    await assert.rejects(remove('cks-1234567890abcdef0'), refusedAs('CustomKeyStoreNotFound'))
    const [held] = context.keyStores.peek()
    assert(held !== undefined)
    await as(async call => {
      const [key] = await context.accountKeys.listTagged(call, held.compartment, { tag: ['inStore', id], after: -1, limit: 1 })
      context.accountKeys.remove(call, key ?? assert.fail('no key'))
    })
    assert.equal((await store.materialOf(held.id)).length, 1)
    await remove(id)
    assert.deepEqual([(await list()).items, await store.materialOf(held.id)], [[], []])
  })
})

describe('a key in an external store', () => {
  const bytes = (text: string) => Buffer.from(text)
  const bound = new Map([['a', 'b']])

  test('seals twice: here and outside, and opens with both alone', async () => {
    const { create, connect, keyIn, as, context } = await grounded()
    const id = await create()
    await connect(id)
    const key = await keyIn(id, 'key-1')
    const named = { id: key.value.id, region }
    const asked = { algorithm: 'SYMMETRIC_DEFAULT', bound } as const
    for (const plaintext of [bytes('twice'), Buffer.alloc(4_096, 7)]) {
      const { blob } = await as(async call => encrypt(context, call, { ...asked, key: named, plaintext }))
      assert.ok(blob.length <= 6_144)
      const sent = remote.asked.findLast(({ call }) => call === 'keys/key-1/encrypt')?.body ?? assert.fail('not asked')
      assert.ok(!Buffer.from(String(sent['plaintext']), 'base64').includes(plaintext))
      const metadata = sent['requestMetadata']
      assert.ok(typeof metadata === 'object' && metadata !== null && 'kmsKeyArn' in metadata)
      assert.match(String(metadata.kmsKeyArn), new RegExp(key.value.id))
      const open = async (context_: ReadonlyMap<string, string> = bound, spoiled: Uint8Array = blob) =>
        as(async call => {
          const opened = await decrypt(context, call, { algorithm: 'SYMMETRIC_DEFAULT', bound: context_, region, blob: spoiled })
          return Buffer.compare(opened.plaintext.bytes, plaintext)
        })
      assert.equal(await open(), 0)
      await assert.rejects(open(new Map([['a', 'c']])), refusedAs('KMSInvalidState', /encryption context/))
      await assert.rejects(open(bound, blob.with(blob.length - 1, (blob.at(-1) ?? 0) ^ 1)), refusedAs('KMSInvalidState'))
    }
    await as(async call => {
      const made = await generateDataKey(context, call, { key: named, bound, bytes: 32, shown: 'plain' })
      const opened = await decrypt(context, call, { ...asked, region, blob: made.blob })
      assert.equal(opened.plaintext.bytes.toHex(), made.plaintext.bytes.toHex())
    })
  })

  test('is unavailable while its store is not connected, and says what its proxy says', async () => {
    const { create, connect, disconnect, keyIn, as, context } = await grounded()
    const id = await create()
    await connect(id)
    const key = await keyIn(id, 'key-1')
    const use = async () =>
      as(async call =>
        encrypt(context, call, { algorithm: 'SYMMETRIC_DEFAULT', bound, key: { id: key.value.id, region }, plaintext: bytes('x') }),
      )
    const external = remote.keys.get('key-1') ?? assert.fail('no key')
    external.status = 'DISABLED'
    await assert.rejects(use(), refusedAs('KMSInvalidState', /not enabled/))
    external.status = 'ENABLED'
    remote.answer('keys/key-1/encrypt', { delayMs: 400 })
    await assert.rejects(use(), refusedAs('KMSInvalidState', /in time/))
    remote.answer('keys/key-1/encrypt', { spoil: body => (body['ciphertext'] = Buffer.from('spoiled').toString('base64')) })
    await assert.rejects(use(), refusedAs('KMSInvalidState', /cannot be read/))
    remote.answer('keys/key-1/encrypt', undefined)
    await use()
    await disconnect(id)
    await assert.rejects(use(), refusedWith('AccountKeyStateInvalid'))
    const state = async () => as(async call => accountKeyState(context, call, (await accountKeyById(context, call, key.value)) ?? key))
    assert.equal(await state(), 'unavailable')
    await connect(id)
    assert.equal(await state(), 'enabled')
  })

  test('has a share of the requests with the other keys of its store, and with no other', async () => {
    const { create, connect, keyIn, as, context } = await grounded()
    const id = await create()
    await connect(id)
    const key = await keyIn(id, 'key-1')
    const limited = { ...context, instance: { ...context.instance, throttle: true } }
    const use = async (of: typeof context) =>
      as(async call =>
        encrypt(of, call, { algorithm: 'SYMMETRIC_DEFAULT', bound, key: { id: key.value.id, region }, plaintext: bytes('x') }),
      )
    for (const store of [id, 'another'])
      for (let used = 0; used < 1_799; used += 1) context.storeRates.count({ of: 'store', perSecond: 1_800 }, { by: store, nowMs: 0 })
    const still = { ...limited, ground: { ...context.ground, clock: { ...context.ground.clock, monotonic: () => 0 } } }
    await use(still)
    await assert.rejects(use(still), refusedWith('Throttled'))
    await use({ ...still, instance: context.instance })
    context.storeRates.count({ of: 'store', perSecond: 1_800 }, { by: 'another', nowMs: 0 })
  })

  test('is made in a store that is connected, of a key outside that fits and is no other’s', async () => {
    const { create, connect, keyIn } = await grounded()
    const id = await create()
    await assert.rejects(keyIn(id, 'key-1'), refusedAs('CustomKeyStoreInvalidState'))
    await connect(id)
    await assert.rejects(keyIn('cks-1234567890abcdef0', 'key-1'), refusedAs('CustomKeyStoreNotFound'))
    await assert.rejects(keyIn(undefined, 'key-1'), refusedWith('ValidationFailed'))
    await assert.rejects(keyIn(id, undefined), refusedWith('ValidationFailed'))
    await assert.rejects(keyIn(id, 'key-1', { spec: 'RSA_2048' }), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(keyIn(id, 'key-1', { multiRegion: true }), refusedWith('KeyOperationUnsupported'))
    await assert.rejects(keyIn(id, 'key-0'), refusedAs('XksKeyNotFound'))
    for (const unfit of [{ spec: 'AES_128' }, { usages: ['ENCRYPT'] }, { status: 'DISABLED' as const }]) {
      remote.keys.set('unfit', { ...newXksKey(), ...unfit })
      await assert.rejects(keyIn(id, 'unfit'), refusedAs('XksKeyInvalidConfiguration'))
    }
    const key = await keyIn(id, 'key-1')
    assert.deepEqual([key.value.storeId, key.value.externalKeyId, key.value.origin], [id, 'key-1', 'externalKeyStore'])
    await assert.rejects(keyIn(id, 'key-1'), refusedAs('XksKeyAlreadyInUse'))
  })
})
