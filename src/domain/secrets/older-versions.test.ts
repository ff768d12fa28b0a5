import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { millis } from '#model/brands.ts'
import { system } from '#model/principal.ts'
import { briefly, eventsTold } from '#domain/events/testing.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { kinds } from '#domain/records/kinds.ts'
import { backUpSecret } from './back-up-secret.ts'
import { findSecret } from './find-secret.ts'
import { listSecretVersions } from './list-secrets.ts'
import { purgeSecret } from './purge-secret.ts'
import { versionsARecord, type SecretVersion } from './records.ts'
import { recoverSecret } from './recover-secret.ts'
import { restoreSecret } from './restore-secret.ts'
import { secretTasks } from './tasks.ts'
import { secretGround, type SecretGround } from './testing.ts'
import { updateSecret } from './update-secret.ts'

const dayMs = 86_400_000
const name = 's'

/** The ids of so many versions, the `at`th of which has the value `value {at}`. */
async function setTimes(ground: SecretGround, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let at = 0; at < count; at += 1) ids.push((await ground.set(name, `value ${at}`)).id)
  return ids
}

const found = async ({ context, as, vault }: SecretGround, version = 'current') => {
  const secret = await as(async call => findSecret(context, call, { vault, name, version }))
  assert.ok(secret)
  return secret
}

async function listed({ context, as, permit, vault }: SecretGround, limit: number): Promise<readonly SecretVersion[]> {
  const versions: SecretVersion[] = []
  for (let after: number | undefined = 0; after !== undefined;) {
    const from: number = after
    const page = await as(async call =>
      listSecretVersions(context, call, { permit: permit(call, 'secret.list', { vault, name }), vault, name, after: from, limit }),
    )
    assert.ok(page.items.length <= limit)
    versions.push(...page.items.map(({ version }) => version))
    after = page.next
  }
  return versions
}

const update = async ({ context, as, permit, vault }: SecretGround, version: string, change: object) =>
  as(async call =>
    updateSecret(context, call, { permit: permit(call, 'secret.update', { vault, name }), reference: { vault, name, version }, ...change }),
  )
const purge = async ({ context, as, permit, vault }: SecretGround) =>
  as(async call => purgeSecret(context, call, { permit: permit(call, 'secret.purge', { vault, name }), vault, name }))
const recover = async ({ context, as, permit, vault }: SecretGround) =>
  as(async call => recoverSecret(context, call, { permit: permit(call, 'secret.recover', { vault, name }), vault, name }))
const backUp = async ({ context, as, permit, vault }: SecretGround) =>
  as(async call => backUpSecret(context, call, { permit: permit(call, 'secret.backUp', { vault, name }), vault, name }))
const recordsOfOlder = async ({ store }: SecretGround) => store.scan(kinds.olderSecretVersions, { after: undefined, limit: 100 })
const sizeOfRecord = async ({ store }: SecretGround, id: Awaited<ReturnType<typeof found>>['secret']['id']) =>
  (await store.read([id]))[0]?.body.length ?? 0

describe('a secret of many versions', () => {
  test('has all of them, in order and each with its value, wherever they stand', async () => {
    const ground = await secretGround()
    const ids = await setTimes(ground, 3 * versionsARecord + 5)
    assert.equal((await recordsOfOlder(ground)).length, 2, 'control')
    for (const limit of [25, 1, versionsARecord, 500])
      assert.deepEqual(
        (await listed(ground, limit)).map(({ id }) => id),
        ids,
        `pages of ${limit}`,
      )
    for (const at of [0, versionsARecord - 1, versionsARecord, 2 * versionsARecord, ids.length - 1])
      assert.equal(await ground.get(name, ids[at]), `value ${at}`)
    assert.equal(await ground.get('S'), `value ${ids.length - 1}`)
    const nowhere = 'f'.repeat(32)
    await assert.rejects(ground.get(name, nowhere), refusedWith('SecretNotFound', { name, version: nowhere }))
  })

  test('is set by writing no more than one of few versions is', async () => {
    const ground = await secretGround()
    await setTimes(ground, 2 * versionsARecord - 1)
    const { secret } = await found(ground)
    const most = await sizeOfRecord(ground, secret.id)
    for (let more = 0; more < 3 * versionsARecord; more += 1) {
      await ground.set(name, 'v')
      assert.ok((await sizeOfRecord(ground, secret.id)) <= most + 32)
    }
  })

  test('moves them by and by where all stood in one record', async () => {
    const ground = await secretGround()
    const ids = await setTimes(ground, versionsARecord)
    const { secret } = await found(ground)
    const [pattern] = secret.value.versions
    assert.ok(pattern)
    const brought = Array.from({ length: 20 * versionsARecord }, (_, at) => ({ ...pattern, id: at.toString(16).padStart(32, '0') }))
    await ground.as(async call => {
      ground.context.secrets.update(call, secret, { ...secret.value, versions: [...brought, ...secret.value.versions] })
    })
    const expected = [...brought.map(({ id }) => id), ...ids]
    for (let times = 0; times < 3; times += 1) {
      expected.push((await ground.set(name, 'more')).id)
      assert.deepEqual(
        (await listed(ground, 200)).map(({ id }) => id),
        expected,
      )
    }
    assert.ok((await found(ground)).secret.value.versions.length < 2 * versionsARecord)
  })

  test('ends where one commit could not destroy more: the set is refused, and what is there stays', async () => {
    const ground = await secretGround()
    await setTimes(ground, 2 * versionsARecord - 1)
    const { secret } = await found(ground)
    await ground.as(async call => {
      ground.context.secrets.update(call, secret, { ...secret.value, older: 1_000 * versionsARecord })
    })
    await assert.rejects(ground.set(name, 'one too many'), refusedWith('NotSupported', { message: 'A secret has at most 64064 versions.' }))
    assert.equal(await ground.get(name), `value ${2 * versionsARecord - 2}`)
  })

  test('takes a change of an older one for that one alone', async () => {
    const ground = await secretGround()
    const ids = await setTimes(ground, 3 * versionsARecord)
    const old = ids[3] ?? ''
    const before = await listed(ground, 500)
    ground.clock.advance(5_000)
    const { version } = await update(ground, old, { tags: { a: '1' }, contentType: 'text/plain', attributes: { enabled: false } })
    assert.deepEqual([version.tags, version.contentType, version.enabled], [{ a: '1' }, 'text/plain', false])
    assert.deepEqual(
      await listed(ground, 500),
      before.map(one => (one.id === old ? version : one)),
    )
    await assert.rejects(ground.get(name, old), refusedWith('SecretDisabled'))
    assert.equal(await ground.get(name, ids[4]), 'value 4')
    await assert.rejects(update(ground, old, { attributes: { notBefore: 2_000, expires: 1_000 } }), refusedWith('InvalidBody'))
  })

  test('is told of when an older one expires that was asked for, and not while it is deleted', async () => {
    const ground = await secretGround()
    const ids = await setTimes(ground, 3 * versionsARecord)
    await update(ground, ids[1] ?? '', { attributes: { expires: ground.clock.now() + 31 * dayMs } })
    await update(ground, ids[2] ?? '', { attributes: { expires: ground.clock.now() + 40 * dayMs, enabled: false } })
    while ((await eventsTold(ground)).length > 0);
    const task = secretTasks.find(({ family }) => family === 'olderSecretVersions')
    assert.ok(task)
    const look = async () =>
      ground.run(
        system,
        async call => task.run(ground.context, call, { compartment: ground.vault.compartment, path: [name, '0'] }),
        task.operation,
      )
    assert.equal(await look(), false)
    ground.clock.advance(dayMs)
    assert.equal((await ground.store.due(millis(ground.clock.now()), 10)).length, 1)
    await ground.remove(name)
    assert.equal(await look(), false)
    await recover(ground)
    assert.deepEqual([await look(), await look()], [true, false])
    assert.equal(ground.rows().at(-2)?.['operation'] ?? '', 'SecretNearExpiryEventGridNotification')
    ground.clock.advance(30 * dayMs)
    assert.deepEqual([await look(), await look()], [true, false])
    const events = await eventsTold(ground)
    assert.deepEqual(briefly(events), [`SecretNearExpiry ${name}`, `SecretExpired ${name}`])
    assert.deepEqual(
      events.map(({ data }) => data['Version']),
      [ids[1], ids[1]],
    )
  })

  test('comes back whole from deletion, and from its backup; of more than 500 there is none', async () => {
    const ground = await secretGround()
    const ids = await setTimes(ground, 500)
    await update(ground, ids[7] ?? '', { tags: { kept: 'yes' } })
    const before = await listed(ground, 500)
    await ground.remove(name)
    await assert.rejects(ground.get(name, ids[0]), refusedWith('SecretNotFound'))
    await recover(ground)
    assert.deepEqual(await listed(ground, 500), before)
    const blob = await backUp(ground)
    const vault = await ground.addVault('w')
    await ground.as(async call =>
      restoreSecret(ground.context, call, { permit: ground.permit(call, 'secret.restore', { vault }), vault, blob }),
    )
    const there = { ...ground, vault }
    assert.deepEqual(await listed(there, 25), before)
    assert.equal((await found(there, ids[7])).version.tags?.['kept'], 'yes')
    assert.ok((await found(there)).secret.value.versions.length < 2 * versionsARecord)
    await ground.set(name, 'one more')
    await assert.rejects(backUp(ground), refusedWith('NotSupported'))
  })

  test('purged leaves no record and no value of any, and the name begins anew', async () => {
    const ground = await secretGround()
    const ids = await setTimes(ground, 4 * versionsARecord)
    const { secret } = await found(ground)
    await ground.remove(name)
    await purge(ground)
    assert.deepEqual(
      [await recordsOfOlder(ground), await ground.store.materialOf(secret.id), await ground.store.read([secret.id])],
      [[], [], [undefined]],
    )
    const anew = await setTimes(ground, 2 * versionsARecord)
    assert.deepEqual(
      (await listed(ground, 25)).map(({ id }) => id),
      anew,
    )
    await assert.rejects(ground.get(name, ids[0]), refusedWith('SecretNotFound'))
  })

  test('loses none when many set it at once, while it is read', async () => {
    const ground = await secretGround()
    const ids = await setTimes(ground, 2 * versionsARecord - 3)
    const made = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        assert.equal(await ground.get(name, ids[at]), `value ${at}`)
        return (await ground.set(name, 'v')).id
      }),
    )
    assert.deepEqual(new Set((await listed(ground, 25)).map(({ id }) => id)), new Set([...ids, ...made]))
  })
})
