import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { system } from '#model/principal.ts'
import { refusedWith, stranger } from '#domain/keys/testing.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { backUpSecret } from './back-up-secret.ts'
import { findSecret } from './find-secret.ts'
import { getDeletedSecret, getSecret } from './get-secret.ts'
import { listSecrets, listSecretVersions } from './list-secrets.ts'
import { purgeSecret } from './purge-secret.ts'
import { recoverSecret } from './recover-secret.ts'
import { restoreSecret } from './restore-secret.ts'
import { setSecret } from './set-secret.ts'
import { secretTasks } from './tasks.ts'
import { secretGround, type SecretGround } from './testing.ts'
import { updateSecret } from './update-secret.ts'

const dayMs = 86_400_000

const update = async (
  { context, as, permit, vault }: SecretGround,
  name: string,
  { version = 'current', ...change }: Readonly<Record<string, unknown>> & { readonly version?: string },
) =>
  as(async call =>
    updateSecret(context, call, {
      permit: permit(call, 'secret.update', { vault, name }),
      reference: { vault, name, version },
      ...change,
    }),
  )
const purge = async ({ context, as, permit, vault }: SecretGround, name: string) =>
  as(async call => purgeSecret(context, call, { permit: permit(call, 'secret.purge', { vault, name }), vault, name }))
const recover = async ({ context, as, permit, vault }: SecretGround, name: string) =>
  as(async call => recoverSecret(context, call, { permit: permit(call, 'secret.recover', { vault, name }), vault, name }))
const backUp = async ({ context, as, permit, vault }: SecretGround, name: string) =>
  as(async call => backUpSecret(context, call, { permit: permit(call, 'secret.backUp', { vault, name }), vault, name }))
const list = async ({ context, as, permit, vault }: SecretGround, state: 'live' | 'deleted') =>
  (
    await as(async call =>
      listSecrets(context, call, { permit: permit(call, 'secret.list', { vault }), vault, state, after: 0, limit: 25 }),
    )
  ).items.map(secret => secret.name)
const held = async ({ context, as, vault }: SecretGround, name: string) => {
  const found = await as(async call => findSecret(context, call, { vault, name, version: 'current' }))
  assert.ok(found)
  return found.secret
}

describe('a secret', () => {
  test('each set makes a version that inherits nothing; old ones stay readable; names compare without case', async () => {
    const ground = await secretGround()
    const first = await ground.set('Pass', 'one', { contentType: 'text/plain', tags: { a: '1' }, attributes: { expires: 5_000 } })
    const second = await ground.set('pASS', 'two')
    assert.deepEqual([second.contentType, second.tags, second.expires], [undefined, undefined, undefined])
    assert.deepEqual([await ground.get('PASS'), await ground.get('pass', first.id)], ['two', 'one'])
    const { value } = await held(ground, 'pass')
    assert.equal(value.name, 'Pass')
    assert.deepEqual(
      value.versions.map(version => version.id),
      [first.id, second.id],
    )
  })

  test('its value is material: it is in no record, and a record shown says nothing of it', async () => {
    const ground = await secretGround()
    const { id: version } = await ground.set('s', 'hunter2 is the value')
    const { id, value } = await held(ground, 's')
    assert.ok(!inspect(value, { depth: 9 }).includes('hunter2'))
    const [stored] = await ground.store.materialOf(id)
    assert.ok(stored !== undefined && stored.version === version)
    assert.equal(Buffer.from(stored.material.bytes).indexOf('hunter2'), -1)
    // Sealed for its place: as another version's it does not open.
    assert.throws(() => ground.context.ground.barrier.openMaterial({ id, version: 'a'.repeat(32) }, stored.material))
  })

  test('is read before and after its dates, and not while it is disabled', async () => {
    const ground = await secretGround()
    const now = ground.clock.now()
    await ground.set('early', 'v', { attributes: { notBefore: now + dayMs } })
    await ground.set('late', 'v', { attributes: { expires: now - dayMs } })
    assert.deepEqual([await ground.get('early'), await ground.get('late')], ['v', 'v'])
    await update(ground, 'late', { attributes: { enabled: false } })
    await assert.rejects(ground.get('late'), refusedWith('SecretDisabled', { operation: 'get' }))
    await ground.set('late', 'newer')
    assert.equal(await ground.get('late'), 'newer')
    const [old] = (await held(ground, 'late')).value.versions
    await assert.rejects(ground.get('late', old?.id), refusedWith('SecretDisabled'), 'of one version alone')
  })

  test('a change touches what it names, of one version, and never the value', async () => {
    const ground = await secretGround()
    const { id } = await ground.set('s', 'kept', { contentType: 'a', tags: { a: '1', b: '2' } })
    await ground.set('s', 'other')
    ground.clock.advance(5_000)
    const { secret, version } = await update(ground, 's', { version: id, tags: { c: '3' }, attributes: { expires: 9_000 } })
    assert.deepEqual(
      [version.contentType, version.tags, version.expires, version.updatedAt - version.createdAt],
      ['a', { c: '3' }, 9_000, 5_000],
    )
    assert.equal(currentVersion(secret).tags, undefined)
    assert.equal(await ground.get('s', id), 'kept')
    await assert.rejects(update(ground, 's', { version: id, attributes: { notBefore: 9_000 } }), refusedWith('InvalidBody'))
    await assert.rejects(
      update(ground, 's', { version: '0'.repeat(32) }),
      refusedWith('SecretNotFound', { name: 's', version: '0'.repeat(32) }),
    )
  })

  test('fifty sets at once all succeed, each with its own version and value, and one of them is current', async () => {
    const ground = await secretGround()
    const made = await Promise.all(Array.from({ length: 50 }, async (_, at) => ({ at, ...(await ground.set('s', `value ${at}`)) })))
    assert.equal(new Set(made.map(({ id }) => id)).size, 50)
    for (const { id, at } of made) assert.equal(await ground.get('s', id), `value ${at}`)
    assert.equal(await ground.get('s'), await ground.get('s', currentVersion((await held(ground, 's')).value).id))
  })

  test('its entry names the secret and the version; a stranger is refused before anything is looked up', async () => {
    const ground = await secretGround()
    const { context, vault, permit, rows } = ground
    const { id } = await ground.set('Pass', 'v')
    await ground.get('pass')
    assert.deepEqual(rows().at(-1)?.['target'], { secretId: `${vault.id}/secrets/Pass`, version: id })
    const reference = { vault, name: 'pass', version: 'current' }
    await assert.rejects(
      ground.run(stranger, async call => getSecret(context, call, { permit: permit(call, 'secret.get', reference), reference })),
      refusedWith('AccessDenied'),
    )
    assert.equal(rows().at(-1)?.['target'], undefined)
  })

  test('a permit for another secret opens nothing', async () => {
    const { context, as, permit, vault, set } = await secretGround()
    await set('yours', 'v')
    const reference = { vault, name: 'yours', version: 'current' }
    await assert.rejects(
      as(async call => getSecret(context, call, { permit: permit(call, 'secret.get', { vault, name: 'mine' }), reference })),
      /a permit opens only what it was asked for/,
    )
    await assert.rejects(
      as(async call =>
        setSecret(context, call, {
          permit: permit(call, 'secret.set', { vault, name: 'mine' }),
          vault,
          name: 'yours',
          value: Buffer.from('x'),
        }),
      ),
      /a permit opens only what it was asked for/,
    )
  })
})

describe('a deleted secret', () => {
  test('is gone with every version, keeps its name, is listed apart, and comes back untouched', async () => {
    const ground = await secretGround()
    const first = await ground.set('S', 'one')
    await ground.set('S', 'two')
    const before = (await held(ground, 's')).value
    const deleted = await ground.remove('s')
    assert.equal((deleted.deleted?.scheduledPurgeAt ?? 0) - (deleted.deleted?.at ?? 0), 7 * dayMs)
    for (const version of [first.id, 'current']) await assert.rejects(ground.get('s', version), refusedWith('SecretNotFound'))
    await assert.rejects(ground.set('s', 'three'), refusedWith('SecretNameDeleted', { name: 'S' }))
    await assert.rejects(ground.remove('s'), refusedWith('SecretNotFound'))
    assert.deepEqual([await list(ground, 'live'), await list(ground, 'deleted')], [[], ['S']])
    const { context, as, permit, vault } = ground
    const named = { vault, name: 's' }
    await assert.rejects(
      as(async call => listSecretVersions(context, call, { ...named, permit: permit(call, 'secret.list', named), after: 0, limit: 25 })),
      refusedWith('SecretNotFound'),
    )
    assert.deepEqual(await recover(ground, 's'), before)
    assert.deepEqual([await ground.get('s'), await ground.get('s', first.id)], ['two', 'one'])
    await assert.rejects(recover(ground, 's'), refusedWith('DeletedSecretNotFound'))
    await assert.rejects(
      as(async call => getDeletedSecret(context, call, { ...named, permit: permit(call, 'secret.readDeleted', named) })),
      refusedWith('DeletedSecretNotFound'),
    )
  })

  test('purged it never comes back: no record, no material, and the name is free', async () => {
    const ground = await secretGround()
    const first = await ground.set('s', 'one')
    await ground.set('s', 'two')
    const { id } = await held(ground, 's')
    assert.equal((await ground.store.materialOf(id)).length, 2, 'control')
    await assert.rejects(purge(ground, 's'), refusedWith('DeletedSecretNotFound'), 'what lives is not purged')
    await ground.remove('s')
    await purge(ground, 's')
    assert.deepEqual(await ground.store.materialOf(id), [])
    await assert.rejects(recover(ground, 's'), refusedWith('DeletedSecretNotFound'))
    await ground.set('s', 'anew')
    await assert.rejects(ground.get('s', first.id), refusedWith('SecretNotFound'))
  })

  test('under purge protection it stays for its days, and goes by itself when they are over', async () => {
    const ground = await secretGround({ enablePurgeProtection: true })
    await ground.set('s', 'v')
    const { id } = await held(ground, 's')
    await ground.remove('s')
    await assert.rejects(purge(ground, 's'), refusedWith('PurgeProtected', { vault: 'v', location: 'local' }))
    const [task] = secretTasks
    assert.ok(task)
    const run = async () =>
      ground.run(
        system,
        async call => task.run(ground.context, call, { compartment: ground.vault.compartment, path: ['s'] }),
        task.operation,
      )
    assert.equal(await run(), false)
    assert.deepEqual(await ground.store.due(ground.clock.now(), 10), [])
    ground.clock.advance(7 * dayMs)
    assert.equal((await ground.store.due(ground.clock.now(), 10)).length, 1)
    assert.equal(await run(), true)
    assert.deepEqual(
      [ground.rows().at(-1)?.['operation'], ground.rows().at(-1)?.['resourceId']],
      ['SecretPurge', `${ground.vault.id}/secrets/s`],
    )
    assert.deepEqual(await ground.store.materialOf(id), [])
    assert.equal(await run(), false)
  })

  test('that was recovered is no longer due', async () => {
    const ground = await secretGround()
    await ground.set('s', 'v')
    await ground.remove('s')
    await recover(ground, 's')
    ground.clock.advance(30 * dayMs)
    assert.deepEqual(await ground.store.due(ground.clock.now(), 10), [])
  })
})

describe('a backup of a secret', () => {
  test('brings every version, value and time into another vault of the subscription, and once', async () => {
    const ground = await secretGround()
    const { context, as, permit } = ground
    const first = await ground.set('S', 'one', { tags: { a: '1' } })
    await ground.set('S', 'two', { contentType: 'c' })
    const before = (await held(ground, 's')).value
    const blob = await backUp(ground, 's')
    for (const text of ['one', 'two', first.id]) assert.equal(Buffer.from(blob).indexOf(text), -1)
    const there = await ground.addVault('w')
    const restore = async (vault = there, bytes = blob) =>
      as(async call => restoreSecret(context, call, { permit: permit(call, 'secret.restore', { vault }), vault, blob: bytes }))
    assert.deepEqual(await restore(), before)
    const there2 = { ...ground, vault: there }
    const read = async (version: string) =>
      as(async call => {
        const reference = { vault: there, name: 's', version }
        const got = await getSecret(context, call, { permit: permit(call, 'secret.get', reference), reference })
        return Buffer.from(got.value.bytes).toString()
      })
    assert.deepEqual([await read('current'), await read(first.id)], ['two', 'one'])
    await assert.rejects(restore(), refusedWith('SecretNameInUse', { name: 'S' }))
    assert.deepEqual(await list(there2, 'live'), ['S'])
    const elsewhere = await ground.addVault('x', { subscription: '55555555-5555-4555-8555-555555555555' })
    await assert.rejects(restore(elsewhere), refusedWith('BackupForeign'))
    for (const at of [0, 20, 60, blob.length - 1]) {
      const touched = Uint8Array.from(blob)
      touched[at] = (touched[at] ?? 0) ^ 4
      await assert.rejects(restore(there, touched), refusedWith('BackupInvalid'), `byte ${at}`)
    }
  })

  test('outlives the purge of what it was made of', async () => {
    const ground = await secretGround()
    const { context, as, permit, vault } = ground
    await ground.set('s', 'v')
    const blob = await backUp(ground, 's')
    await ground.remove('s')
    await purge(ground, 's')
    await as(async call => restoreSecret(context, call, { permit: permit(call, 'secret.restore', { vault }), vault, blob }))
    assert.equal(await ground.get('s'), 'v')
  })
})

describe('a secret that its certificate keeps', () => {
  test('is read like any other, and set, changed, deleted and backed up by its certificate alone', async () => {
    const ground = await secretGround()
    await ground.setManaged('cert', 'PEM')
    assert.equal(await ground.get('cert'), 'PEM')
    assert.deepEqual(await list(ground, 'live'), ['cert'])
    for (const [operation, act] of [
      ['set', async () => ground.set('cert', 'mine')],
      ['update', async () => update(ground, 'cert', { tags: {} })],
      ['delete', async () => ground.remove('cert')],
      ['backup', async () => backUp(ground, 'cert')],
    ] as const)
      await assert.rejects(act(), refusedWith('SecretManaged', { operation }), operation)
    assert.equal(await ground.get('cert'), 'PEM')
  })

  test('a renewal adds a version; a name that is somebody’s own is never taken over', async () => {
    const ground = await secretGround()
    const first = await ground.setManaged('cert', 'old', 'a'.repeat(32))
    await ground.setManaged('cert', 'new', 'b'.repeat(32))
    assert.deepEqual([await ground.get('cert'), await ground.get('cert', first.id)], ['new', 'old'])
    await ground.set('plain', 'v')
    await assert.rejects(ground.setManaged('plain', 'PEM'), /not its own/)
  })

  test('deleted with its certificate it is in no list, and is neither recovered nor purged without it', async () => {
    const ground = await secretGround()
    const { context, as } = ground
    await ground.setManaged('cert', 'PEM')
    const secret = await held(ground, 'cert')
    await as(async call => {
      const deleted = { at: call.at, scheduledPurgeAt: call.at + dayMs }
      context.secrets.update(call, secret, { ...secret.value, deleted })
    })
    assert.deepEqual([await list(ground, 'live'), await list(ground, 'deleted')], [[], []])
    for (const act of [recover, purge]) await assert.rejects(act(ground, 'cert'), refusedWith('DeletedSecretNotFound'))
    await assert.rejects(ground.set('cert', 'mine'), refusedWith('SecretManaged'))
  })
})
