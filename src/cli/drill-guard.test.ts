import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { putOnAgain } from './drill-guard.ts'

/** What the guard did, in order, on a clock that only its rests move; `on`: the try that succeeds. */
async function guarded(on: number): Promise<readonly (string | number)[]> {
  const did: (string | number)[] = []
  let time = 0
  let tries = 0
  const enable = async (): Promise<boolean> => {
    did.push('enable')
    return ++tries >= on
  }
  await putOnAgain(enable, {
    now: () => time,
    async pause(ms) {
      did.push(ms)
      time += ms
    },
  })
  return did
}

describe('the guard of a drill', () => {
  test('enables at once, and looks once more when what was under way has come', async () =>
    assert.deepEqual(await guarded(1), ['enable', 1_500, 'enable']))

  test('tries again where the instance does not answer', async () =>
    assert.deepEqual(await guarded(3), ['enable', 500, 'enable', 500, 'enable', 1_500, 'enable']))

  test('gives up when its token counts no more, an hour on', async () => {
    const did = await guarded(Number.POSITIVE_INFINITY)
    assert.equal(
      did.reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0),
      3_600_000 + 1_500,
    )
  })
})
