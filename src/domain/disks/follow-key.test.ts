import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { system } from '#model/principal.ts'
import { startScheduler, type Scheduler } from '#domain/jobs/scheduler.ts'
import { createExportControl } from './export-control.ts'
import { followKeys } from './follow-key.ts'
import { leaseReader } from './key-lease.ts'
import { rewrapRunner } from './rewrap.ts'
import { diskGround, until, type DiskGround } from './testing.ts'

const start = ({ context, clock }: DiskGround): Scheduler => {
  const scheduler = startScheduler(context, { tasks: [], runners: [rewrapRunner], reactions: [followKeys(context)], intervalMs: 1_000 })
  clock.advance(0)
  return scheduler
}
/** Until the scheduler has brought it about: it rests between its looks, so time moves meanwhile. */
const untilBrought = async ({ clock }: DiskGround, seen: () => boolean): Promise<void> =>
  until(() => {
    if (seen()) return true
    clock.advance(1)
    return false
  })
const wrappedBy = (ground: DiskGround): string | undefined =>
  ground.disk().value.layers.find(layer => layer.by === 'customer')?.wrapped?.keyUrl

describe('a set that follows its key', () => {
  test('is at the new version soon after the rotation, its disks re-wrapped and the same data keys in them', async () => {
    const ground = await diskGround()
    const { disk } = await ground.setWithDisk({ follows: true })
    const control = createExportControl(ground.context)
    const before = await control.open({ name: disk.value.exportName, reason: 'negotiation' })
    const scheduler = start(ground)
    const second = await ground.rotate()
    await untilBrought(
      ground,
      () => ground.set().value.activeKey.keyUrl === ground.keyUrl(second) && ground.set().value.previousKeys.length === 0,
    )
    assert.equal(wrappedBy(ground), ground.keyUrl(second))
    assert.ok(ground.set().value.lastKeyRotationAt !== undefined)
    const after = await control.open({ name: disk.value.exportName, reason: 'negotiation' })
    assert.ok('disk' in before && 'disk' in after)
    assert.deepEqual(after.disk.layers, before.disk.layers)
    const reader = leaseReader(before.disk.lease)
    await ground.able(ground.version, false)
    for (let turn = 0; turn < 50; turn += 1) await new Promise(resolve => setImmediate(resolve))
    assert.ok(reader.usable(ground.clock.now()), 'the old version is not needed any more')
    await ground.able(second, false)
    await until(() => !reader.usable(ground.clock.now()))
    await scheduler.stop()
    control.stop()
  })

  test('finds after a restart what was rotated while nobody looked', async () => {
    const ground = await diskGround()
    await ground.setWithDisk({ follows: true })
    const second = await ground.rotate()
    const scheduler = start(ground)
    await untilBrought(ground, () => wrappedBy(ground) === ground.keyUrl(second) && ground.set().value.previousKeys.length === 0)
    await scheduler.stop()
  })

  test('notes why it cannot, tries once, and goes on by itself when it can', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk({ follows: true })
    const scheduler = start(ground)
    await ground.take(set.value.identity.principalId)
    const second = await ground.rotate()
    await untilBrought(ground, () => ground.set().value.autoKeyRotationError !== undefined)
    assert.equal(ground.set().value.activeKey.keyUrl, ground.keyUrl(ground.version))
    const follows = () => ground.rows().filter(row => row['operation'] === 'DiskEncryptionSetFollow').length
    const tried = follows()
    for (let second_ = 0; second_ < 3; second_ += 1) {
      ground.clock.advance(1_000)
      for (let turn = 0; turn < 50; turn += 1) await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(follows(), tried)
    await ground.give(set.value.identity.principalId)
    await untilBrought(ground, () => wrappedBy(ground) === ground.keyUrl(second) && ground.set().value.previousKeys.length === 0)
    assert.equal(ground.set().value.autoKeyRotationError, undefined)
    await scheduler.stop()
  })

  test('a set without the flag stays where it points', async () => {
    const ground = await diskGround()
    await ground.setWithDisk()
    const scheduler = start(ground)
    await ground.rotate()
    for (let turn = 0; turn < 200; turn += 1) await new Promise(resolve => setImmediate(resolve))
    assert.equal(ground.set().value.activeKey.keyUrl, ground.keyUrl(ground.version))
    await scheduler.stop()
  })
})

describe('a re-wrap', () => {
  test('keeps the old key in previousKeys until the last disk is under the new one', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk()
    for (let at = 0; at < 20; at += 1)
      await ground.putDisk(`more${at}`, { encryptionType: 'EncryptionAtRestWithCustomerKey', setId: set.value.id })
    const second = await ground.rotate()
    const { job } = await ground.putSet('des', { activeKey: { keyUrl: ground.keyUrl(second) } })
    assert.ok(job)
    assert.deepEqual(
      ground.set().value.previousKeys.map(key => key.keyUrl),
      [ground.keyUrl(ground.version)],
    )
    const scheduler = start(ground)
    await untilBrought(ground, () => ground.set().value.previousKeys.length === 0)
    await scheduler.stop()
    assert.ok(ground.context.disks.peek().every(disk => disk.value.layers[0]?.wrapped?.keyUrl === ground.keyUrl(second)))
    assert.equal(ground.context.jobs.peek()[0]?.value.state, 'succeeded')
    assert.equal(ground.context.jobs.peek()[0]?.value.done, 21)
  })

  test('that cannot open the old key fails, says so at the set, and is taken up again when it can', async () => {
    const ground = await diskGround()
    await ground.setWithDisk()
    const second = await ground.rotate()
    await ground.able(ground.version, false)
    await ground.putSet('des', { activeKey: { keyUrl: ground.keyUrl(second) } })
    const scheduler = start(ground)
    await untilBrought(ground, () => ground.set().value.autoKeyRotationError !== undefined)
    assert.equal(wrappedBy(ground), ground.keyUrl(ground.version))
    assert.equal(ground.set().value.previousKeys.length, 1)
    await ground.able(ground.version, true)
    await untilBrought(ground, () => ground.set().value.previousKeys.length === 0)
    assert.equal(wrappedBy(ground), ground.keyUrl(second))
    assert.equal(ground.set().value.autoKeyRotationError, undefined)
    await scheduler.stop()
  })

  test('that a further one overtakes ends there: what it has passed may be under another key again', async () => {
    const ground = await diskGround()
    const { set } = await ground.setWithDisk()
    for (let at = 0; at < 17; at += 1)
      await ground.putDisk(`more${at}`, { encryptionType: 'EncryptionAtRestWithCustomerKey', setId: set.value.id })
    const [first, second] = [ground.keyUrl(ground.version), ground.keyUrl(await ground.rotate())]
    const moveTo = async (keyUrl: string) => ground.putSet('des', { activeKey: { keyUrl } })
    await moveTo(second)
    const [job] = ground.context.jobs.peek()
    assert.ok(job)
    // Sixteen of eighteen; then there and back, before the job is looked at again.
    await ground.run(system, async call => rewrapRunner.step(ground.context, call, job))
    await moveTo(first)
    await moveTo(second)
    assert.deepEqual(
      ground.context.jobs.peek().map(({ value }) => value.state),
      ['canceled', 'canceled', 'running'],
    )
    const scheduler = start(ground)
    await untilBrought(ground, () => ground.set().value.previousKeys.length === 0)
    await scheduler.stop()
    assert.ok(ground.context.disks.peek().every(disk => disk.value.layers[0]?.wrapped?.keyUrl === second))
  })

  test('of a set without disks needs no job', async () => {
    const ground = await diskGround()
    await ground.putSet('des')
    const second = await ground.rotate()
    const { job } = await ground.putSet('des', { activeKey: { keyUrl: ground.keyUrl(second) } })
    assert.equal(job, undefined)
    assert.deepEqual(ground.set().value.previousKeys, [])
    assert.equal(ground.set().value.activeKey.keyUrl, ground.keyUrl(second))
  })
})
