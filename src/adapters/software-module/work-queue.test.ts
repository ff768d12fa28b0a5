import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import { workQueue } from './work-queue.ts'

/** Work that the test ends, and the order in which it began. */
function stage() {
  const begun: string[] = []
  const endings = new Map<string, () => void>()
  const work = (name: string) => () => {
    begun.push(name)
    return new Promise<void>(resolve => endings.set(name, resolve))
  }
  const end = async (name: string) => {
    await setImmediate()
    endings.get(name)?.()
    await setImmediate()
  }
  return { begun, work, end }
}

describe('work queue', () => {
  test('runs no more at once than there are threads', async () => {
    const { begun, work, end } = stage()
    const queue = workQueue({ threads: 2, heldMax: 10 })
    for (const name of ['a', 'b', 'c']) void queue.run('one', work(name))
    await setImmediate()
    assert.deepEqual(begun, ['a', 'b'])
    await end('b')
    assert.deepEqual(begun, ['a', 'b', 'c'])
  })

  test('serves groups in turn: a batch of one does not starve another', async () => {
    const { begun, work, end } = stage()
    const queue = workQueue({ threads: 1, heldMax: 10 })
    for (const name of ['a1', 'a2', 'a3']) void queue.run('a', work(name))
    void queue.run('b', work('b1'))
    for (const name of ['a1', 'a2', 'b1', 'a3']) await end(name)
    assert.deepEqual(begun, ['a1', 'a2', 'b1', 'a3'])
  })

  test('keeps one thread free of long work, and puts it behind short work', async () => {
    const { begun, work, end } = stage()
    const queue = workQueue({ threads: 2, heldMax: 10 })
    void queue.runLong(work('long1'))
    void queue.runLong(work('long2'))
    void queue.run('a', work('short1'))
    void queue.run('a', work('short2'))
    await setImmediate()
    assert.deepEqual(begun, ['long1', 'short1'])
    await end('long1')
    assert.deepEqual(begun, ['long1', 'short1', 'short2'])
    await end('short1')
    assert.deepEqual(begun, ['long1', 'short1', 'short2', 'long2'])
  })

  test('on one thread long work still runs', async () => {
    const { begun, work } = stage()
    void workQueue({ threads: 1, heldMax: 10 }).runLong(work('long'))
    await setImmediate()
    assert.deepEqual(begun, ['long'])
  })

  test('long work has its turn under steady short load', async () => {
    const { begun, work, end } = stage()
    const queue = workQueue({ threads: 1, heldMax: 1_000 })
    for (let at = 0; at < 200; at += 1) void queue.run('a', work(at.toString()))
    void queue.runLong(work('long'))
    for (let at = 0; at < 100 && !begun.includes('long'); at += 1) await end(at.toString())
    assert.ok(begun.includes('long'))
    assert.ok(begun.length > 50)
  })

  test('beyond its limit the caller is told to come again, and not before', async () => {
    const { work, end } = stage()
    const queue = workQueue({ threads: 1, heldMax: 2 })
    void queue.run('a', work('first'))
    const second = queue.run('a', work('second'))
    await assert.rejects(queue.run('a', work('third')), (error: unknown) => error instanceof Problem && error.body.code === 'Busy')
    await end('first')
    await end('second')
    await second
    await queue.run('a', async () => undefined)
  })

  test('a failure is its caller’s own and frees its thread', async () => {
    const queue = workQueue({ threads: 1, heldMax: 2 })
    await assert.rejects(
      queue.run('a', async () => {
        throw new Error('mine')
      }),
      /mine/,
    )
    assert.equal(await queue.run('a', async () => 'next'), 'next')
  })
})
