import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { specOfPublicKey } from '#crypto/public-key.ts'
import { createKey } from './create-key.ts'
import { deleteKey } from './delete-key.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { findKey } from './find-key.ts'
import { getDeletedKey, getKey } from './get-key.ts'
import { listKeys, listVersions } from './list-keys.ts'
import { purgeKey } from './purge-key.ts'
import { recoverKey } from './recover-key.ts'
import { sign } from './sign.ts'
import { kindOf, type KeyType } from './specs.ts'
import { keyGround, refusedWith, stranger } from './testing.ts'
import { updateKey } from './update-key.ts'
import { verify } from './verify.ts'

const digest = new Uint8Array(32).fill(7)

describe('createKey', () => {
  for (const [type, crv, spec] of [
    ['EC', 'P-256', 'P-256'],
    ['EC', 'SECP256K1', 'P-256K'],
    ['EC-HSM', 'P-384', 'P-384'],
    ['EC', 'P-521', 'P-521'],
    ['RSA-HSM', undefined, 'RSA-2048'],
  ] as const) {
    test(`makes ${type} ${crv ?? 'of the default size'}`, async () => {
      const ground = await keyGround()
      const vault = await ground.addVault('v')
      const { version } = await ground.as(async call =>
        createKey(ground.context, call, {
          permit: ground.permit(call, 'key.create', { vault, name: 'k' }),
          vault,
          name: 'k',
          kind: kindOf({ type, crv, bits: type.startsWith('EC') ? 4096 : undefined }),
        }),
      )
      assert.equal(version.spec, spec)
      assert.equal(version.hsm, type.endsWith('-HSM'))
      assert.equal(specOfPublicKey(Buffer.from(version.publicKey ?? '', 'base64')), spec)
      assert.match(version.id, /^[0-9a-f]{32}$/)
    })
  }

  test('the next version takes over and inherits nothing', async () => {
    const ground = await keyGround()
    const { context, as, permit } = ground
    const vault = await ground.addVault('v')
    const make = (name: string, more: object) =>
      as(async call =>
        createKey(context, call, {
          permit: permit(call, 'key.create', { vault, name }),
          vault,
          name,
          kind: kindOf({ type: 'EC' }),
          ...more,
        }),
      )
    const first = await make('Key', { tags: { a: '1' }, keyOps: ['sign'], attributes: { enabled: false } })
    const second = await make('kEY', {})
    assert.equal(second.key.name, 'Key', 'the name keeps the case of its making')
    assert.deepEqual(
      second.key.versions.map(version => version.id),
      [first.version.id, second.version.id],
    )
    assert.deepEqual([second.version.tags, second.version.keyOps, second.version.enabled], [undefined, ['sign', 'verify'], true])
    assert.notEqual(first.version.publicKey, second.version.publicKey)
  })

  test('times have whole seconds', async () => {
    const ground = await keyGround()
    const vault = await ground.addVault('v')
    ground.clock.advance(777)
    await ground.addKey(vault, 'k')
    const found = await ground.as(async call => findKey(ground.context, call, { vault, name: 'k', version: 'current' }))
    assert.equal((found?.version.createdAt ?? 1) % 1000, 0)
  })

  test('refuses what a vault does not make, and leaves nothing', async () => {
    const ground = await keyGround()
    const { context, as, permit } = ground
    const vault = await ground.addVault('v', { sku: 'standard' })
    const refused = async (asked: { type: KeyType; keyOps?: readonly string[]; attributes?: object }, code: string) =>
      assert.rejects(
        as(async call =>
          createKey(context, call, {
            permit: permit(call, 'key.create', { vault, name: 'k' }),
            vault,
            name: 'k',
            kind: kindOf(asked),
            keyOps: asked.keyOps,
            attributes: asked.attributes,
          }),
        ),
        refusedWith(code),
      )
    await refused({ type: 'RSA-HSM' }, 'KeyTypeNeedsPremium')
    await refused({ type: 'EC', keyOps: ['encrypt'] }, 'KeyOperationsUnsupported')
    await refused({ type: 'EC', keyOps: ['fly'] }, 'KeyOperationsUnsupported')
    await refused({ type: 'EC', attributes: { notBefore: 2000, expires: 2000 } }, 'InvalidBody')
    assert.equal(await as(async call => findKey(context, call, { vault, name: 'k', version: 'current' })), undefined)
    assert.throws(
      () => kindOf({ type: 'RSA', bits: 1024 }),
      refusedWith('KeySizeNotSupported', { size: 1024, supported: [2048, 3072, 4096] }),
    )
    assert.throws(() => kindOf({ type: 'EC', crv: 'P-224' }), refusedWith('InvalidBody'))
  })

  test('fifty at once under one name all succeed, each with a version of its own', async () => {
    const ground = await keyGround()
    const vault = await ground.addVault('v')
    const ids = await Promise.all(Array.from({ length: 50 }, async () => ground.addKey(vault, 'k')))
    assert.equal(new Set(ids).size, 50)
    const found = await ground.as(async call => findKey(ground.context, call, { vault, name: 'k', version: 'current' }))
    assert.deepEqual(found?.key.value.versions.map(version => version.id).sort(), ids.sort())
  })

  test('a permit for another key opens nothing', async () => {
    const ground = await keyGround()
    const vault = await ground.addVault('v')
    await assert.rejects(
      ground.as(async call =>
        createKey(ground.context, call, {
          permit: ground.permit(call, 'key.create', { vault, name: 'mine' }),
          vault,
          name: 'yours',
          kind: kindOf({ type: 'EC' }),
        }),
      ),
      /a permit opens only what it was asked for/,
    )
  })
})

describe('updateKey', () => {
  test('touches what it names, of one version only', async () => {
    const ground = await keyGround()
    const { context, as, permit } = ground
    const vault = await ground.addVault('v')
    const first = await ground.addKey(vault, 'k')
    await ground.addKey(vault, 'k')
    ground.clock.advance(5_000)
    const change = (version: string, more: object) =>
      as(async call =>
        updateKey(context, call, {
          permit: permit(call, 'key.update', { vault, name: 'k' }),
          reference: { vault, name: 'k', version },
          ...more,
        }),
      )
    await change(first, { tags: { a: '1', b: '2' }, attributes: { notBefore: 1000 } })
    const { key, version } = await change(first, { tags: { c: '3' }, attributes: { expires: 2000 }, keyOps: ['verify'] })
    assert.deepEqual(
      [version.id, version.tags, version.notBefore, version.expires, version.enabled, version.keyOps],
      [first, { c: '3' }, 1000, 2000, true, ['verify']],
    )
    assert.equal(version.updatedAt - version.createdAt, 5000)
    const other = currentVersion(key)
    assert.deepEqual([other.tags, other.expires, other.updatedAt - other.createdAt], [undefined, undefined, 0])
    await assert.rejects(change(first, { attributes: { expires: 1000 } }), refusedWith('InvalidBody'))
    await assert.rejects(change('0'.repeat(32), {}), refusedWith('KeyNotFound', { name: 'k', version: '0'.repeat(32) }))
    const cleared = await change('current', { tags: {} })
    assert.deepEqual(cleared.version.tags, {})
  })
})

describe('the life after', () => {
  async function deleted(changes: { readonly enablePurgeProtection?: boolean } = {}) {
    const ground = await keyGround()
    const { context, as, permit } = ground
    const vault = await ground.addVault('v', changes)
    const versions = [await ground.addKey(vault, 'K'), await ground.addKey(vault, 'K')]
    const named = { vault, name: 'k' }
    const before = await as(async call => findKey(context, call, { ...named, version: 'current' }))
    await as(async call => deleteKey(context, call, { ...named, permit: permit(call, 'key.delete', named) }))
    return {
      ...ground,
      vault,
      versions,
      before,
      named,
      purge: async () => as(async call => purgeKey(context, call, { ...named, permit: permit(call, 'key.purge', named) })),
      recover: async () => as(async call => recoverKey(context, call, { ...named, permit: permit(call, 'key.recover', named) })),
      list: async (state: 'live' | 'deleted') =>
        as(async call => listKeys(context, call, { permit: permit(call, 'key.list', { vault }), vault, state, after: 0, limit: 25 })),
    }
  }

  test('a deleted key is gone with every version, its name is kept, and it is listed among the deleted', async () => {
    const { context, as, permit, vault, versions, named, list, addKey } = await deleted()
    for (const version of [...versions, 'current'])
      await assert.rejects(
        as(async call =>
          sign(context, call, { permit: permit(call, 'key.sign', named), reference: { ...named, version }, algorithm: 'ES256', digest }),
        ),
        refusedWith('KeyNotFound'),
      )
    await assert.rejects(addKey(vault, 'k'), refusedWith('KeyNameDeleted', { name: 'K' }))
    assert.deepEqual([(await list('live')).items.length, (await list('deleted')).items.map(key => key.name)], [0, ['K']])
    const held = await as(async call => getDeletedKey(context, call, { ...named, permit: permit(call, 'key.readDeleted', named) }))
    assert.equal((held.deleted?.scheduledPurgeAt ?? 0) - (held.deleted?.at ?? 0), 7 * 86_400_000)
    await assert.rejects(
      as(async call => listVersions(context, call, { ...named, permit: permit(call, 'key.list', named), after: 0, limit: 25 })),
      refusedWith('KeyNotFound'),
    )
  })

  test('recovered it is what it was, untouched', async () => {
    const { context, as, permit, named, recover, before } = await deleted()
    assert.deepEqual(await recover(), before?.key.value)
    await assert.rejects(recover(), refusedWith('DeletedKeyNotFound'))
    const { version } = await as(async call =>
      getKey(context, call, { permit: permit(call, 'key.read', named), reference: { ...named, version: 'current' } }),
    )
    const used = await as(async call =>
      sign(context, call, {
        permit: permit(call, 'key.sign', named),
        reference: { ...named, version: 'current' },
        algorithm: 'ES256',
        digest,
      }),
    )
    assert.equal(used.version.id, version.id)
    const good = await as(async call =>
      verify(context, call, {
        permit: permit(call, 'key.verify', named),
        reference: { ...named, version: 'current' },
        algorithm: 'ES256',
        digest,
        signature: used.value,
      }),
    )
    assert.equal(good, true)
  })

  test('purged it never comes back: no record, no material, and the name is free', async () => {
    const { context, as, vault, purge, recover, addKey, before, versions } = await deleted()
    const id = before?.key.id
    assert.ok(id !== undefined)
    assert.equal((await context.store.materialOf(id)).length, 2, 'control')
    await purge()
    assert.deepEqual(await context.store.materialOf(id), [])
    await assert.rejects(recover(), refusedWith('DeletedKeyNotFound'))
    await assert.rejects(purge(), refusedWith('DeletedKeyNotFound'))
    const again = await addKey(vault, 'k')
    assert.ok(!versions.includes(again))
    assert.equal(await as(async call => findKey(context, call, { vault, name: 'k', version: versions[0] ?? '' })), undefined)
  })

  test('under purge protection it stays for its days and may be recovered', async () => {
    const { purge, recover } = await deleted({ enablePurgeProtection: true })
    await assert.rejects(purge(), refusedWith('PurgeProtected', { vault: 'v', location: 'local' }))
    assert.equal((await recover()).deleted, undefined)
  })
})

describe('lists', () => {
  test('pages show every key once, in the order of making, whatever is made or removed meanwhile', async () => {
    const ground = await keyGround()
    const { context, as, permit } = ground
    const vault = await ground.addVault('v')
    const names = ['zeta', 'alpha', 'mid', 'beta', 'omega']
    for (const name of names) await ground.addKey(vault, name)
    const seen: string[] = []
    for (let after: number | undefined = 0; after !== undefined;) {
      const from: number = after
      const page = await as(async call =>
        listKeys(context, call, { permit: permit(call, 'key.list', { vault }), vault, state: 'live', after: from, limit: 2 }),
      )
      seen.push(...page.items.map(key => key.name))
      // The first key is changed between the pages: it does not move.
      await as(async call =>
        updateKey(context, call, {
          permit: permit(call, 'key.update', { vault, name: 'zeta' }),
          reference: { vault, name: 'zeta', version: 'current' },
          tags: { seen: seen.length.toString() },
        }),
      )
      after = page.next
    }
    assert.deepEqual(seen, names)
  })

  test('versions of a name that is not there are none', async () => {
    const { context, as, permit, addVault } = await keyGround()
    const vault = await addVault('v')
    const named = { vault, name: 'ghost' }
    const listed = await as(async call =>
      listVersions(context, call, { ...named, permit: permit(call, 'key.list', named), after: 0, limit: 25 }),
    )
    assert.deepEqual(listed, { items: [] })
  })
})

describe('an entry', () => {
  test('names the key, the version and the algorithm that were used; a stranger is refused before anything is looked up', async () => {
    const ground = await keyGround()
    const { context, as, permit, addVault, addKey, rows } = ground
    const vault = await addVault('v')
    const id = await addKey(vault, 'Key')
    const use = async (who: typeof stranger) =>
      ground.run(
        who,
        async call =>
          sign(context, call, {
            permit: permit(call, 'key.sign', { vault, name: 'key' }),
            reference: { vault, name: 'key', version: 'current' },
            algorithm: 'ES256',
            digest,
          }),
        'KeySign',
      )
    await as(async call =>
      sign(context, call, {
        permit: permit(call, 'key.sign', { vault, name: 'key' }),
        reference: { vault, name: 'key', version: 'current' },
        algorithm: 'ES256',
        digest,
      }),
    )
    assert.deepEqual(rows().at(-1)?.['target'], { algorithm: 'ES256', keyId: `${vault.id}/keys/Key`, version: id })
    await assert.rejects(use(stranger), refusedWith('AccessDenied'))
    assert.equal(rows().at(-1)?.['target'], undefined)
  })
})
