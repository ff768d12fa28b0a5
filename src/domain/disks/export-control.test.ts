import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compartmentOfGuid } from '#domain/instance.ts'
import { subscriptionId } from '#domain/keys/testing.ts'
import type { OpenDisk } from '#ports/export-control.ts'
import { deleteDisk } from './delete-disk.ts'
import { createExportControl, type DiskExports } from './export-control.ts'
import { holdLease, leaseReader } from './key-lease.ts'
import { diskGround, until, type DiskGround } from './testing.ts'

async function opened(control: DiskExports, name: string): Promise<OpenDisk> {
  const answer = await control.open({ name, reason: 'negotiation' })
  assert.ok('disk' in answer, JSON.stringify(answer))
  return answer.disk
}

const usable = (ground: DiskGround, disk: OpenDisk): boolean => leaseReader(disk.lease).usable(ground.clock.now())
const entries = (ground: DiskGround, operation: string) => ground.rows().filter(row => row['operation'] === operation)

async function exported(encryptionType?: 'EncryptionAtRestWithPlatformAndCustomerKeys', revocationGraceMs?: number) {
  const ground = await diskGround()
  const { set, disk } = await ground.setWithDisk({ encryptionType })
  const control = createExportControl(ground.context, { ...(revocationGraceMs !== undefined && { revocationGraceMs }) })
  const open = await opened(control, disk.value.exportName)
  return { ground, set, disk, control, open, letGo: holdLease(open.lease) }
}

describe('an export', () => {
  test('opens with one KeyUnwrap as the set, and a lease that is usable', async () => {
    const ground = await diskGround()
    const { set, disk } = await ground.setWithDisk()
    const control = createExportControl(ground.context)
    const before = entries(ground, 'KeyUnwrap').length
    const open = await opened(control, disk.value.exportName)
    const unwraps = entries(ground, 'KeyUnwrap').slice(before)
    assert.equal(unwraps.length, 1)
    assert.ok(JSON.stringify(unwraps[0]?.['actor']).includes(set.value.identity.principalId ?? 'none'))
    assert.deepEqual(
      open.layers.map(layer => layer.dek.length),
      [64],
    )
    assert.equal(
      open.layers[0]?.dek.some(byte => byte !== 0),
      true,
    )
    assert.ok(usable(ground, open))
    control.stop()
  })

  test('gives the same data keys every time, two different ones for double encryption, the platform’s outermost', async () => {
    const { ground, disk, control, open } = await exported('EncryptionAtRestWithPlatformAndCustomerKeys')
    const again = await opened(control, disk.value.exportName)
    assert.deepEqual(again.layers, open.layers)
    assert.deepEqual(
      ground.disk().value.layers.map(layer => layer.by),
      ['platform', 'customer'],
    )
    assert.notDeepEqual(open.layers[0]?.dek, open.layers[1]?.dek)
    control.stop()
  })

  test('is unknown under a name that nobody gave out', async () => {
    const { disk, control } = await exported()
    const other = `${disk.value.exportName.slice(0, -1)}${disk.value.exportName.endsWith('0') ? '1' : '0'}`
    for (const name of [other, 'disk', '', `${'f'.repeat(32)}.${'0'.repeat(32)}`]) {
      const answer = await control.open({ name, reason: 'negotiation' })
      assert.equal('refused' in answer && answer.refused, 'unknown', name)
    }
    control.stop()
  })

  test('stops when the key is disabled, before the change is acknowledged or right after, and goes on when it is enabled', async () => {
    const { ground, disk, control, open } = await exported()
    for (let round = 0; round < 2; round += 1) {
      await ground.able(ground.version, false)
      await until(() => !usable(ground, open))
      const refused = await control.open({ name: disk.value.exportName, reason: 'negotiation' })
      assert.equal('refused' in refused && refused.refused, 'policy')
      await ground.able(ground.version, true)
      await until(() => usable(ground, open))
    }
    await until(() => entries(ground, 'DiskExportResumed').length === 2)
    assert.equal(entries(ground, 'DiskExportSuspended').length, 2)
    assert.match(JSON.stringify(entries(ground, 'DiskExportSuspended')[0]), /the key is disabled/)
    control.stop()
  })

  test('stops when the role is taken, or the key is not valid any more, without a further unwrap', async () => {
    const { ground, set, control, open } = await exported()
    const unwraps = entries(ground, 'KeyUnwrap').length
    await ground.take(set.value.identity.principalId)
    await until(() => !usable(ground, open))
    await ground.give(set.value.identity.principalId)
    await until(() => usable(ground, open))
    assert.equal(entries(ground, 'KeyUnwrap').length, unwraps)
    control.stop()
  })

  test('goes on for the grace that the operator gives, and no longer; a deleted disk has none', async () => {
    const { ground, disk, control, open } = await exported(undefined, 60_000)
    const seconds = async (count: number) => {
      for (let second = 0; second < count; second += 1) {
        ground.clock.advance(1_000)
        for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
      }
    }
    await ground.able(ground.version, false)
    await seconds(59)
    assert.ok(usable(ground, open))
    const refused = await control.open({ name: disk.value.exportName, reason: 'negotiation' })
    assert.equal('refused' in refused && refused.refused, 'policy', 'nobody comes anew')
    await seconds(2)
    assert.ok(!usable(ground, open))
    await ground.able(ground.version, true)
    await until(() => usable(ground, open))
    await ground.as(async call => {
      const permit = ground.context.access.permit(call, 'disk.delete', { on: disk.value.scope })
      await deleteDisk(ground.context, call, { permit, disk: ground.disk() })
    })
    await until(() => !usable(ground, open))
    control.stop()
  })

  test('falls silent with the control plane: no confirmation, no input or output', async () => {
    const { ground, control, open } = await exported()
    for (let second = 0; second < 20; second += 1) {
      ground.clock.advance(1_000)
      await until(() => usable(ground, open))
    }
    control.stop()
    ground.clock.advance(5_001)
    assert.ok(!usable(ground, open))
  })

  test('is watched while the data plane holds it, and no longer: a key that is lost later is no event of it', async () => {
    const { ground, control, open, letGo } = await exported()
    for (let second = 0; second < 60; second += 1) ground.clock.advance(1_000)
    await until(() => usable(ground, open))
    letGo()
    await ground.able(ground.version, false)
    await until(() => !usable(ground, open))
    await ground.able(ground.version, true)
    await until(() => usable(ground, open))
    assert.equal(entries(ground, 'DiskExportSuspended').length, 0)
    ground.clock.advance(1_000)
    await new Promise(setImmediate)
    ground.clock.advance(5_001)
    await new Promise(setImmediate)
    assert.ok(!usable(ground, open), 'nobody looks at it any more')
    const again = await opened(control, ground.disk().value.exportName)
    assert.ok(usable(ground, again), 'until it is opened again')
    control.stop()
  })

  test('does not care for changes of other keys', async () => {
    const { ground, control, open } = await exported()
    const other = await ground.addKey(ground.vault, 'other', { type: 'RSA' })
    assert.ok(other.length === 32 && usable(ground, open))
    assert.equal(entries(ground, 'DiskExportSuspended').length, 0)
    control.stop()
  })

  test('is over when the disk is deleted', async () => {
    const { ground, disk, control, open } = await exported()
    await ground.as(async call => {
      const held = await ground.context.disks.get(call, compartmentOfGuid(subscriptionId), disk.path)
      assert.ok(held)
      await deleteDisk(ground.context, call, {
        permit: ground.context.access.permit(call, 'disk.delete', { on: held.value.scope }),
        disk: held,
      })
    })
    await until(() => entries(ground, 'DiskExportClosed').length === 1)
    assert.ok(!usable(ground, open) && leaseReader(open.lease).lapsed(ground.clock.now()))
    const [effect] = await ground.store.takeEffects('diskRemoved', { now: ground.clock.now(), limit: 1, holdMs: 1 })
    assert.equal(new TextDecoder().decode(effect?.body), disk.value.diskId)
    assert.equal((await ground.store.materialOf(disk.id)).length, 0)
    control.stop()
  })

  test('a report of the data plane has an entry unless the control plane has said so', async () => {
    const { ground, disk, control } = await exported()
    const name = disk.value.exportName
    ground.clock.advance(10_000)
    await control.report(name, 'suspended', 'silence')
    await control.report(name, 'resumed', 'the key is usable again')
    await control.report(name, 'closed', 'no connection uses it')
    assert.equal(entries(ground, 'DiskExportSuspended').length, 1)
    assert.equal(entries(ground, 'DiskExportResumed').length, 0)
    assert.equal(entries(ground, 'DiskExportClosed').length, 1)
    control.stop()
  })
})
