import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testClock } from '#domain/testing.ts'
import { Problem } from '#model/problem.ts'
import { createSealAttempts } from './attempts.ts'

const wrong = async (): Promise<undefined> => undefined
const right = async (): Promise<string> => 'open'

/** Code and seconds of what was raised. */
async function refusal(trying: Promise<unknown>): Promise<unknown> {
  const error = await trying.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert(error instanceof Problem)
  return [error.body.code, error.body.details]
}

describe('tries at a seal', () => {
  test('wait a second after the first failure, twice as long after each, a minute at most', async () => {
    const clock = testClock()
    const attempts = createSealAttempts(clock)
    const waits: number[] = []
    for (let failure = 1; failure <= 8; failure += 1) {
      const seconds = Math.min(60, 2 ** (failure - 1))
      assert.deepEqual(await refusal(attempts.attempt(wrong)), ['SealRefused', { retryAfterSeconds: seconds }])
      assert.equal(attempts.failures(), failure)
      clock.advance(seconds * 1_000 - 1)
      assert.deepEqual(
        await refusal(attempts.attempt(right)),
        ['Throttled', { retryAfterSeconds: 1 }],
        'even the right one, a moment too early',
      )
      clock.advance(1)
      waits.push(seconds)
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60])
    assert.equal(attempts.failures(), 8, 'what came too early was not tried')
  })

  test('begin anew after a success', async () => {
    const clock = testClock()
    const attempts = createSealAttempts(clock)
    await refusal(attempts.attempt(wrong))
    clock.advance(1_000)
    await refusal(attempts.attempt(wrong))
    clock.advance(2_000)
    assert.equal(await attempts.attempt(right), 'open')
    assert.deepEqual([attempts.failures(), attempts.waitSeconds()], [0, 0])
    assert.deepEqual(await refusal(attempts.attempt(wrong)), ['SealRefused', { retryAfterSeconds: 1 }])
  })

  test('are one at a time', async () => {
    const attempts = createSealAttempts(testClock())
    const { promise, resolve } = Promise.withResolvers<string>()
    const first = attempts.attempt(async () => promise)
    assert.deepEqual(await refusal(attempts.attempt(right)), ['Throttled', { retryAfterSeconds: 1 }])
    resolve('first')
    assert.equal(await first, 'first')
    assert.equal(await attempts.attempt(right), 'open')
  })

  test('that break down say nothing about the secret, and cost no wait', async () => {
    const attempts = createSealAttempts(testClock())
    await assert.rejects(
      attempts.attempt(async () => {
        throw new Error('the disk is gone')
      }),
      /the disk is gone/,
    )
    assert.equal(attempts.failures(), 0)
    assert.equal(await attempts.attempt(right), 'open')
  })
})
