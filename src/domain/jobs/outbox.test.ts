import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { millis, sealed } from '#model/brands.ts'
import { system } from '#model/principal.ts'
import { testGround } from '#domain/testing.ts'
import { startOutbox } from './outbox.ts'

describe('the outbox', () => {
  test('carries out what a commit asked for, and asks no more once it is done', async () => {
    const ground = await testGround()
    const done: string[] = []
    await ground.run(system, async call => void call.effects.push({ topic: 't', body: sealed(new TextEncoder().encode('one')) }))
    const outbox = startOutbox(ground.context, {
      consumers: [{ topic: 't', handle: async body => void done.push(new TextDecoder().decode(body)) }],
      intervalMs: 1_000,
    })
    for (let passes = 0; passes < 3; passes += 1) {
      ground.clock.advance(60_000)
      await turn()
      await turn()
    }
    await outbox.stop()
    assert.deepEqual(done, ['one'])
  })

  test('comes again for what failed', async () => {
    const ground = await testGround()
    let tries = 0
    await ground.run(system, async call => void call.effects.push({ topic: 't', body: sealed(new Uint8Array(1)) }))
    const handle = async (): Promise<void> => {
      tries += 1
      if (tries === 1) throw new Error('not yet')
    }
    const outbox = startOutbox(
      { ...ground.context, log: { ...ground.context.log, error: () => undefined } },
      { consumers: [{ topic: 't', handle }], intervalMs: 1_000 },
    )
    for (let passes = 0; passes < 3; passes += 1) {
      ground.clock.advance(60_000)
      await turn()
      await turn()
    }
    await outbox.stop()
    assert.equal(tries, 2)
  })

  test('lets nothing pass what failed where the order is kept, and settles what was done before', async () => {
    const ground = await testGround()
    const ask = async (text: string) =>
      ground.run(system, async call => void call.effects.push({ topic: 't', body: sealed(new TextEncoder().encode(text)) }))
    for (const text of ['one', 'two', 'three']) await ask(text)
    const tried: string[] = []
    let failures = 3
    const handle = async (body: Uint8Array): Promise<void> => {
      const text = new TextDecoder().decode(body)
      tried.push(text)
      if (text === 'two' && failures > 0) {
        failures -= 1
        throw new Error('not yet')
      }
    }
    const outbox = startOutbox(
      { ...ground.context, log: { ...ground.context.log, error: () => undefined } },
      { consumers: [{ topic: 't', inOrder: true, handle }], intervalMs: 1_000 },
    )
    for (let passes = 0; passes < 6; passes += 1) {
      ground.clock.advance(60_000)
      if (passes === 1) await ask('four')
      await turn()
      await turn()
    }
    await outbox.stop()
    assert.deepEqual(tried, ['one', 'two', 'two', 'two', 'two', 'three', 'four'])
    assert.deepEqual(await ground.store.takeEffects('t', { now: millis(ground.clock.now() + 60_000), limit: 9, holdMs: 1 }), [])
  })

  test('a call that was refused asks for nothing', async () => {
    const ground = await testGround()
    const refused = ground.run(system, async call => {
      call.effects.push({ topic: 't', body: sealed(new Uint8Array(1)) })
      throw new Error('no')
    })
    await assert.rejects(refused)
    assert.deepEqual(await ground.store.takeEffects('t', { now: ground.clock.now(), limit: 9, holdMs: 1 }), [])
  })
})
