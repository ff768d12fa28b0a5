import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { integrityFindings } from '#adapters/sqlite/open.ts'
import { filesOf } from '#compose/data-directory.ts'
import { leavePlace, placeIn, whileLooking, whileRunning } from './installation.ts'
import { keep, missingKeys } from './kept.ts'
import { goesOn, noShim, runAndCut, shimIn } from './power-cut.ts'
import { below, faultCycles, faultSeed, seeded } from './seeded.ts'

/** 300 before a merge (security-and-reliability.md 7.3, row 2). */
const cycles = faultCycles(6)
const seed = faultSeed()

describe(`a power cut under an installation (SEED=${seed})`, { skip: noShim }, () => {
  test(`loses no key that was acknowledged, and the audit is intact, ${cycles} times`, { timeout: 3_600_000 }, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'keystead-installation-power-'))
    t.after(() => leavePlace(folder))
    const random = seeded(seed)
    const shim = shimIn(folder)
    const place = placeIn(folder)
    const kept = await whileRunning(place, keep)
    let lostInAll = 0
    for (let cycle = 0, from = 0; goesOn(cycle, cycles, lostInAll); cycle += 1, from += 100_000) {
      const program = ['installation-writer.ts', place.dataDir, place.sealFile, kept.vault, `${from}`]
      const { told, lost } = await runAndCut({ folder, shim, watched: place.dataDir, program, afterLines: 1 + below(random, 80), random })
      lostInAll += lost
      await whileLooking(place, async looked => {
        const names = told.map(n => `k${n}`)
        assert.deepEqual(await missingKeys(await looked.start(), kept, names), [], `cycle ${cycle}: acknowledged, and not there`)
        const verdict = await looked.verify()
        assert.equal(verdict.verdict, 'intact', `cycle ${cycle}: ${JSON.stringify(verdict)}`)
      })
      assert.deepEqual(integrityFindings(filesOf(place.dataDir).database), [])
    }
    assert(lostInAll > 0, 'control: something was not synced when the power went')
  })
})
