import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { filesOf } from '#compose/data-directory.ts'
import { leavePlace, placeIn, whileLooking, whileRunning } from './installation.ts'
import { lying, makeBucket, numbersThere } from './kept-objects.ts'
import { goesOn, noShim, runAndCut, shimIn } from './power-cut.ts'
import { below, faultCycles, faultSeed, seeded } from './seeded.ts'

const cycles = faultCycles(4)
const seed = faultSeed()

describe(`a power cut while objects are put (SEED=${seed})`, { skip: noShim }, () => {
  test(
    `loses none that was acknowledged, leaves none by half, no bytes without intent or record, and no plaintext, ${cycles} times`,
    { timeout: 3_600_000 },
    async t => {
      const folder = mkdtempSync(join(tmpdir(), 'keystead-object-power-'))
      t.after(() => leavePlace(folder))
      const random = seeded(seed)
      const shim = shimIn(folder)
      const place = placeIn(folder)
      await whileRunning(place, async ({ context }) => makeBucket(context))
      const all = new Set<string>()
      let intents = 0
      for (let cycle = 0, from = 0; goesOn(cycle, cycles, intents); cycle += 1, from += 100_000) {
        const program = ['object-writer.ts', place.dataDir, place.sealFile, `${from}`]
        const { told } = await runAndCut({ folder, shim, watched: place.dataDir, program, afterLines: 1 + below(random, 40), random })
        for (const n of told) all.add(n)
        await whileLooking(place, async looked => {
          const context = await looked.start()
          const there = await numbersThere(context)
          assert.deepEqual(
            [...all].filter(n => !there.has(n)),
            [],
            `cycle ${cycle}: acknowledged, and not there`,
          )
          const found = await lying(context, filesOf(place.dataDir).objects)
          assert.deepEqual([found.orphans, found.plaintext], [[], []], `cycle ${cycle}`)
          intents += found.intents
        })
      }
      assert(intents > 0, 'control: something was cut between its bytes and its confirmation')
    },
  )
})
