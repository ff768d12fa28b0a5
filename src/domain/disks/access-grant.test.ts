import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noFacts } from '#domain/access/permit.ts'
import { stranger } from '#domain/keys/testing.ts'
import { system } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { endAccess, expireAccess, grantAccess, type GrantRequest } from './access-grant.ts'
import { deleteDisk } from './delete-disk.ts'
import { diskGround, type DiskGround } from './testing.ts'

const type = 'EncryptionAtRestWithCustomerKey'

const grant = async (ground: DiskGround, changes: Partial<Pick<GrantRequest, 'access' | 'durationSeconds'>> = {}) =>
  ground.as(async call => {
    const disk = ground.disk()
    const permit = ground.context.access.permit(call, 'disk.beginGetAccess', { on: disk.value.scope })
    return (await grantAccess(ground.context, call, { permit, disk, access: 'Read', durationSeconds: 60, ...changes })).link
  })
const end = async (ground: DiskGround) =>
  ground.as(async call => {
    const disk = ground.disk()
    endAccess(ground.context, call, { permit: ground.context.access.permit(call, 'disk.endGetAccess', { on: disk.value.scope }), disk })
  })
const expire = async (ground: DiskGround) => {
  const { compartment, path } = ground.disk()
  return ground.run(system, async call => expireAccess.run(ground.context, call, { compartment, path }), expireAccess.operation)
}

const withDisk = async (): Promise<DiskGround> => {
  const ground = await diskGround()
  await ground.setWithDisk()
  return ground
}

const refused =
  (status: number, words: RegExp) =>
  (error: unknown): boolean => {
    assert(error instanceof Problem && error.body.code === 'ArmRefused', String(error))
    assert.equal(error.body.details.status, status)
    assert.match(error.body.details.message, words)
    return true
  }

describe('access to a disk', () => {
  test('is granted once at a time, shows in the disk’s state, and is taken back as often as one likes', async () => {
    const ground = await withDisk()
    const first = await grant(ground)
    assert.equal(ground.disk().value.state, 'ActiveSAS')
    await assert.rejects(grant(ground), refused(409, /active shared access signature/))
    await end(ground)
    await end(ground)
    assert.deepEqual([ground.disk().value.state, ground.disk().value.access], ['Unattached', undefined])
    const second = await grant(ground)
    assert.deepEqual([second.label, second.container], [first.label, first.container])
    assert(second.signature !== first.signature && second.grantId !== first.grantId)
  })

  test('keeps the disk as it is: no other size, no other encryption, no deletion', async () => {
    const ground = await withDisk()
    await grant(ground)
    const outstanding = refused(409, /active shared access signature/)
    const remove = async () =>
      ground.as(async call => {
        const disk = ground.disk()
        const permit = ground.context.access.permit(call, 'disk.delete', { on: disk.value.scope })
        return deleteDisk(ground.context, call, { permit, disk })
      })
    await assert.rejects(ground.putDisk('data', { sizeGb: 2 }), outstanding)
    await assert.rejects(ground.putDisk('data', { encryptionType: 'EncryptionAtRestWithPlatformKey' }), outstanding)
    await assert.rejects(remove(), outstanding)
    assert.equal((await ground.putDisk('data', { settings: { tier: 'P10' } })).value.settings?.tier, 'P10')
    ground.clock.advance(60_000)
    assert.equal((await ground.putDisk('data', { sizeGb: 2 })).value.sizeBytes, 2 * 1024 ** 3, 'what has run out keeps nothing')
    await remove()
  })

  test('is for reading', async () => {
    const ground = await withDisk()
    await assert.rejects(grant(ground, { access: 'Write' }), refused(409, /createOption 'Upload'/))
    await assert.rejects(grant(ground, { access: 'None' }), refused(400, /grants nothing/))
    assert.equal(ground.disk().value.access, undefined)
  })

  const closed = {
    'access policy': { networkAccessPolicy: 'DenyAll' },
    'public network': { publicNetworkAccess: 'Disabled' },
    'ask for a token': { settings: { dataAccessAuthMode: 'AzureActiveDirectory' } },
  } as const
  for (const [why, wishes] of Object.entries(closed))
    test(`is refused where the disk’s settings say so: ${why}`, async () => {
      const ground = await withDisk()
      await ground.putDisk('data', wishes)
      await assert.rejects(grant(ground), refused(409, /cannot be granted/))
    })

  test('is refused while the key is out of use', async () => {
    const ground = await withDisk()
    await ground.able(ground.version, false)
    await assert.rejects(grant(ground), refused(400, /the key is disabled/))
    await ground.able(ground.version, true)
    await grant(ground)
  })

  test('is cleared by the scheduler when its time is over, and not before', async () => {
    const ground = await withDisk()
    await grant(ground)
    ground.clock.advance(59_999)
    assert.equal(await expire(ground), false)
    ground.clock.advance(1)
    assert.equal(await expire(ground), true)
    assert.deepEqual([ground.disk().value.state, ground.disk().value.access], ['Unattached', undefined])
    assert.equal(await expire(ground), false)
  })

  test('is a right to read that disk’s bytes and nothing else, while the grant is there', async () => {
    const ground = await withDisk()
    const other = await ground.putDisk('other', { encryptionType: type, setId: ground.set().value.id })
    const { grantId } = await grant(ground)
    const may = (permission: 'disk.readBytes' | 'disk.read' | 'disk.export', disk = ground.disk()) =>
      ground.context.access.judge({ who: { id: grantId, kind: 'bearer' }, permission, on: disk.value.scope, facts: noFacts }).allowed
    assert.deepEqual(
      [may('disk.readBytes'), may('disk.read'), may('disk.export'), may('disk.readBytes', other)],
      [true, false, false, false],
    )
    const posing = {
      who: { ...stranger, id: grantId },
      permission: 'disk.readBytes',
      on: ground.disk().value.scope,
      facts: noFacts,
    } as const
    assert.equal(ground.context.access.judge(posing).allowed, false, 'by whoever has shown it, not by whoever is called so')
    await end(ground)
    assert.equal(may('disk.readBytes'), false)
  })
})
