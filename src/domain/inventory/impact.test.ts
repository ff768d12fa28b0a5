import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { operator } from '#model/principal.ts'
import { diskGround, type DiskGround } from '#domain/disks/testing.ts'
import { deleteKey } from '#domain/keys/delete-key.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { impact, type Impact, type ImpactAction } from './impact.ts'

const asked = async (ground: DiskGround, key: string, action: ImpactAction = 'disable'): Promise<Impact> =>
  ground.run(operator, async call =>
    impact(ground.context, call, {
      permit: ground.context.access.permit(call, 'instance.read', { on: rootScope }),
      key,
      action,
      isKeyUse: operation => operation === 'KeyWrap',
    }),
  )

const kindsOf = (things: Impact['stops']): readonly string[] => things.map(({ kind }) => kind).toSorted()

describe('impact', () => {
  test('names sets and disks under the version, by name, by version and by URL, and nothing that is under another key', async () => {
    const ground = await diskGround()
    const { set, disk } = await ground.setWithDisk()
    await ground.putDisk('outside')
    for (const key of ['kv1/cmk', 'KV1/CMK', `kv1/cmk/${ground.version}`, ground.keyUrl(ground.version)]) {
      const { stops, versions, state, goesOn } = await asked(ground, key)
      assert.deepEqual([versions, state, goesOn], [[ground.version], 'enabled', []])
      assert.deepEqual(
        stops.map(({ kind, id, under }) => [kind, id, under]),
        [
          ['diskEncryptionSet', set.value.id, undefined],
          ['disk', disk.value.id, set.value.id],
        ],
        key,
      )
    }
  })

  test('of a key with a newer version, disabling stops nothing that is under the earlier; deleting stops it all, and says until when it can be taken back', async () => {
    const ground = await diskGround()
    await ground.setWithDisk({ follows: false })
    await ground.rotate()
    const current = await asked(ground, 'kv1/cmk')
    assert.deepEqual([kindsOf(current.stops), kindsOf(current.goesOn)], [[], ['disk', 'diskEncryptionSet']])
    assert.deepEqual(kindsOf((await asked(ground, `kv1/cmk/${ground.version}`)).stops), ['disk', 'diskEncryptionSet'])
    const all = await asked(ground, 'kv1/cmk', 'delete')
    assert.deepEqual([kindsOf(all.stops), all.versions.length], [['disk', 'diskEncryptionSet'], 2])
    assert.match(all.irreversible.join(), /^On \d{4}-\d\d-\d\d kv1\/cmk is destroyed \(not sooner, whoever asks\)/)
  })

  test('a rotation stops nothing; sets that follow their key are told apart from those that stay', async () => {
    const ground = await diskGround()
    const { set } = await ground.putSet('follows', { follows: true })
    await ground.putSet('stays', { follows: false })
    const { stops, follows, goesOn } = await asked(ground, 'kv1/cmk', 'rotate')
    assert.deepEqual([stops, follows, goesOn.length], [[], [set.value.id], 2])
  })

  test('a key that is deleted can still be asked about, one that is not there cannot', async () => {
    const ground = await diskGround()
    await ground.setWithDisk()
    await ground.as(async call =>
      deleteKey(ground.context, call, {
        permit: ground.permit(call, 'key.delete', { vault: ground.vault, name: 'cmk' }),
        vault: ground.vault,
        name: 'cmk',
      }),
    )
    const purged = await asked(ground, 'kv1/cmk', 'purge')
    assert.deepEqual([purged.state, kindsOf(purged.stops)], ['deleted', ['disk', 'diskEncryptionSet']])
    await assert.rejects(asked(ground, 'kv1/none'), refusedWith('KeyNotFound'))
    await assert.rejects(asked(ground, `kv1/cmk/${'0'.repeat(32)}`), refusedWith('KeyNotFound'))
    await assert.rejects(asked(ground, 'nowhere/cmk'), refusedWith('VaultNotFound'))
    await assert.rejects(asked(ground, 'kv1'), refusedWith('InvalidParameter'))
    await assert.rejects(asked(ground, 'arn:aws:kms:us-east-1:111122223333:key/none'), refusedWith('AccountKeyNotFound'))
  })

  test('tells in which environment something stands, by the tag of that name', async () => {
    const ground = await diskGround({ enablePurgeProtection: true, tags: { Environment: 'prod' } })
    assert.deepEqual((await asked(ground, 'kv1/cmk')).environments, ['prod'])
  })
})
