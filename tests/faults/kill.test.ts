import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fastFolder } from './fast-folder.ts'
import { setUp, type Cloud } from './fired-cloud.ts'
import { firedInstance, type FiredInstance } from './fired-instance.ts'
import { load, nothingTold, type Told } from './load.ts'
import { listNamesExactly, lookAgain, type Look } from './look-again.ts'
import { faultCycles, faultSeed, seeded } from './seeded.ts'
import { wireTo } from './wire.ts'

/** 300 before a merge (security-and-reliability.md 7.3, row 1). */
const rounds = faultCycles(10)
const seed = faultSeed()

interface Round {
  readonly instance: FiredInstance
  readonly cloud: Cloud
  readonly told: Told
  readonly round: number
  readonly loadMs: number
}

/** Load, SIGKILL in the middle of it, start, look. Answers how long the start took. */
async function killedOnce({ instance, cloud, told, round, loadMs }: Round): Promise<number> {
  const since = Date.now()
  told.answers.clear()
  {
    using wire = await wireTo(instance)
    let over = false
    const running = load({ instance, wire, cloud, told, round, over: () => over })
    await pause(loadMs)
    await instance.kill()
    over = true
    await running
  }
  assert.deepEqual(told.surprises, [])
  const seconds = await instance.start()
  await looked({ instance, cloud, told, since }, lookAgain)
  return seconds
}

async function looked(at: Omit<Look, 'wire'>, how: (look: Look) => Promise<void>): Promise<void> {
  using wire = await wireTo(at.instance)
  await how({ ...at, wire })
}

describe(`an instance that is killed under load (SEED=${seed})`, () => {
  test(
    `loses nothing answered, leaves nothing half done, and is ready again in 3 s (${rounds} kills)`,
    { timeout: 3_600_000 },
    async () => {
      const random = seeded(seed)
      await using instance = await firedInstance(fastFolder())
      await instance.start()
      const cloud = await setUp(instance)
      const told = nothingTold()
      const starts: number[] = []
      let answered = 0
      for (let round = 1; round <= rounds; round += 1) {
        starts.push(await killedOnce({ instance, cloud, told, round, loadMs: 50 + random() * 350 }))
        answered += told.answers.size
        if (round % 25 === 0 || round === rounds) await looked({ instance, cloud, told, since: 0 }, listNamesExactly)
      }
      assert(answered > rounds * 5, `control: ${answered} answers in ${rounds} rounds are no load`)
      // The machine is everybody's: the usual start counts, not the slowest.
      assert(
        (starts.sort((a, b) => a - b)[starts.length >> 1] ?? 9) < 3,
        `starts took ${starts.map(start => start.toFixed(1)).join(', ')} s`,
      )
      assert.equal(await instance.stop(), 0)
    },
  )

  test('control: a key that the store has lost, a forgotten row and a stale block are noticed', async () => {
    await using instance = await firedInstance(fastFolder())
    await instance.start()
    const cloud = await setUp(instance)
    const at = { instance, cloud, since: 0 }
    const lies: readonly ((told: Told) => Promise<void> | void)[] = [
      async told => told.keys.change('never-made', 'live ', async () => undefined),
      async told => told.assignments.change('somebody', '00000000-0000-4000-8000-000000000000', async () => undefined),
      async told => told.blocks.change('3', 7, async () => undefined),
      told => void told.answers.set('never-asked', 200),
    ]
    await looked({ ...at, told: nothingTold() }, lookAgain)
    for (const lie of lies) {
      const told = nothingTold()
      await lie(told)
      await assert.rejects(looked({ ...at, told }, lookAgain), assert.AssertionError)
    }
  })
})
