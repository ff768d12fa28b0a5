import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { operator } from '#model/principal.ts'
import { diskGround, type DiskGround } from '#domain/disks/testing.ts'
import { deleteKey } from '#domain/keys/delete-key.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { checklist, type Checklist } from './checklist.ts'

const asked = async (ground: DiskGround, ids: readonly string[] = [], history = false): Promise<Checklist> =>
  ground.run(operator, async call =>
    checklist(ground.context, call, { permit: ground.context.access.permit(call, 'instance.read', { on: rootScope }), ids, history }),
  )

/** Words of the lines that are bad, of the one thing that was looked at. */
const badOf = ({ checks: [one] }: Checklist): readonly string[] =>
  one?.items.flatMap(({ state, check }) => (state === 'bad' ? [check] : [])) ?? []

describe('the checklist', () => {
  test('is content with a disk under a set whose identity has its role, and names set, key and role', async () => {
    const ground = await diskGround()
    const { disk } = await ground.setWithDisk({ follows: true })
    const { ok, checks } = await asked(ground, [disk.value.id])
    assert.deepEqual([ok, checks.map(({ kind, id }) => [kind, id])], [true, [['disk', disk.value.id]]])
    const text = checks[0]?.items.map(item => `${item.check}: ${item.text}`).join('\n') ?? ''
    for (const word of [
      /identity: system-assigned/,
      /role: .*Key Vault Crypto Service Encryption User/,
      /set: set des/,
      /key: key kv1\/cmk v [0-9a-f]{4} usable/,
      /rotation: rotated 0 d ago, follows its key/,
    ])
      assert.match(text, word)
  })

  test('each line broken alone is told as that line, with what cures it; mended, it is content again', async () => {
    const ground = await diskGround()
    const { set, disk } = await ground.setWithDisk()
    const principal = set.value.identity.principalId
    await ground.take(principal)
    const role = await asked(ground, ['data'])
    assert.deepEqual(badOf(role), ['role'])
    assert.match(
      role.checks[0]?.items.find(({ check }) => check === 'role')?.next?.[0] ?? '',
      /^az role assignment create .*--role "Key Vault Crypto Service Encryption User"/,
    )
    await ground.give(principal)
    await ground.able(ground.version, false)
    const disabled = await asked(ground, [disk.value.id.toUpperCase()])
    assert.deepEqual(badOf(disabled), ['key'])
    assert.match(JSON.stringify(disabled), new RegExp(`the key is disabled.*keystead key enable kv1/cmk/${ground.version}`))
    await ground.able(ground.version, true)
    assert.deepEqual(badOf(await asked(ground, ['data'])), [])
    await ground.as(async call =>
      deleteKey(ground.context, call, {
        permit: ground.permit(call, 'key.delete', { vault: ground.vault, name: 'cmk' }),
        vault: ground.vault,
        name: 'cmk',
      }),
    )
    const deleted = await asked(ground, ['data'])
    assert.deepEqual(badOf(deleted), ['key'])
    assert.match(JSON.stringify(deleted), /deleted.*keystead key recover kv1\/cmk/)
  })

  test('a disk under the platform key alone is told as such; a key that has moved on is a note where the set does not follow', async () => {
    const ground = await diskGround()
    await ground.putDisk('plain')
    const plain = await asked(ground, ['plain'])
    assert.deepEqual([plain.ok, badOf(plain)], [false, ['set']])
    assert.match(JSON.stringify(plain), /platform key alone/)
    await ground.setWithDisk({ follows: false })
    await ground.rotate()
    const behind = await asked(ground, ['data'])
    assert.equal(behind.ok, true)
    assert.equal(behind.checks[0]?.items.find(({ check }) => check === 'rotation')?.state, 'note')
  })

  test('without names it is everything; a group is what is in it; what is not there is said', async () => {
    const ground = await diskGround()
    const { disk } = await ground.setWithDisk()
    await ground.putDisk('plain')
    const all = await asked(ground)
    assert.deepEqual(
      all.checks.map(({ kind, name, ok }) => [kind, name, ok]),
      [
        ['vault', 'kv1', true],
        ['diskEncryptionSet', 'des', true],
        ['disk', 'data', true],
        ['disk', 'plain', false],
      ],
    )
    const [group] = disk.value.id.split('/providers/')
    assert.deepEqual((await asked(ground, [group ?? ''])).checks.length, 4)
    await assert.rejects(asked(ground, ['nosuch']), refusedWith('ResourceNotFound', { type: 'resource', name: 'nosuch' }))
  })
})
