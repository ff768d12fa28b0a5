import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Call } from '#domain/call.ts'
import { operator } from '#model/principal.ts'
import { diskGround, type DiskGround } from '#domain/disks/testing.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { fleetOf, layerMap } from './layer-map.ts'

const permitted = (ground: DiskGround, call: Call) => ground.context.access.permit(call, 'instance.read', { on: rootScope })
const layersOf = async (ground: DiskGround, id: string) =>
  ground.run(operator, async call => layerMap(ground.context, call, { permit: permitted(ground, call), id }))
const fleet = async (ground: DiskGround, id: string) =>
  ground.run(operator, async call => fleetOf(ground.context, call, { permit: permitted(ground, call), id }))

describe('layers of disks', () => {
  test('a disk under both keys has two, outermost first; the customer’s is lost with its key, the platform’s never', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk({ encryptionType: 'EncryptionAtRestWithPlatformAndCustomerKeys' })
    const shown = async () =>
      (await layersOf(ground, 'data'))[0]?.layers.map(({ layer, state, keyOwner, keyName, version, set: under }) => [
        layer,
        state,
        keyOwner,
        keyName,
        version,
        under,
      ])
    const customer = (state: string) => ['sse-cmk', state, 'customer', 'kv1/cmk', ground.version, set.value.id]
    const platform = ['sse-pmk', 'active', 'platform', undefined, undefined, undefined]
    assert.deepEqual(await shown(), [platform, customer('active')])
    await ground.able(ground.version, false)
    assert.deepEqual(await shown(), [platform, customer('lost')])
    await ground.putDisk('plain')
    assert.deepEqual(
      (await layersOf(ground, 'plain')).map(({ layers }) => layers.map(({ layer }) => layer)),
      [['sse-pmk']],
    )
    await assert.rejects(layersOf(ground, 'nosuch'), refusedWith('ResourceNotFound'))
  })

  test('a fleet has every disk of its set, with the version that each is under', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk({ follows: false })
    await ground.putDisk('more', { encryptionType: 'EncryptionAtRestWithCustomerKey', setId: set.value.id })
    await ground.putDisk('plain')
    const { disks, activeKey, followsKey } = await fleet(ground, set.value.id)
    assert.deepEqual([activeKey, followsKey], [ground.keyUrl(ground.version), false])
    assert.deepEqual(
      disks.map(({ disk, version, behind }) => [disk, version, behind]),
      [
        ['data', ground.version, false],
        ['more', ground.version, false],
      ],
    )
    await assert.rejects(fleet(ground, 'data'), refusedWith('ResourceNotFound'))
  })
})
