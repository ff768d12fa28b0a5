import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { integrityFindings } from '#adapters/sqlite/open.ts'
import { goesOn, noShim, runAndCut, shimIn, type Cut } from './power-cut.ts'
import { faultCycles, faultSeed, seeded } from './seeded.ts'
import { rowsAndChain } from './store-checks.ts'

/** 300 before a merge (security-and-reliability.md 7.3, row 2). */
const cycles = faultCycles(15)
const seed = faultSeed()

interface Cutting extends Disposable {
  readonly database: string
  readonly random: () => number
  /** The newest record that was acknowledged, and how much was lost. */
  cut(how: { readonly synchronous: string; readonly from: number; readonly lines: number }): Promise<{ newest: number; lost: number }>
}

function cutting(): Cutting {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-power-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const database = join(data, 'keystead.db')
  const random = seeded(seed)
  const common: Pick<Cut, 'folder' | 'shim' | 'watched' | 'random'> = { folder, shim: shimIn(folder), watched: data, random }
  return {
    database,
    random,
    async cut({ synchronous, from, lines }) {
      const program = ['store-writer.ts', database, synchronous, `${from}`]
      const { told, lost } = await runAndCut({ ...common, program, afterLines: lines })
      return { newest: Number(told.at(-1) ?? '-1'), lost }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

describe(`a power cut under the store (SEED=${seed})`, { skip: noShim }, () => {
  test(`loses nothing acknowledged and leaves nothing torn, ${cycles} times`, { timeout: 1_200_000 }, async () => {
    using house = cutting()
    let rows = 0
    let lostInAll = 0
    for (let cycle = 0; goesOn(cycle, cycles, lostInAll); cycle += 1) {
      const { newest, lost } = await house.cut({ synchronous: 'FULL', from: rows, lines: 1 + Math.floor(house.random() * 60) })
      lostInAll += lost
      rows = rowsAndChain(house.database)
      assert(rows > newest, `cycle ${cycle}: ${newest} was acknowledged, ${rows} rows are there`)
      assert.deepEqual(integrityFindings(house.database), [])
    }
    assert(lostInAll > 0, 'control: some writes were not synced when the power went')
  })

  test('control: with synchronous=NORMAL the same cut loses acknowledged writes', { timeout: 120_000 }, async () => {
    using house = cutting()
    const { newest, lost } = await house.cut({ synchronous: 'NORMAL', from: 0, lines: 60 })
    assert(lost > 0)
    using db = new DatabaseSync(house.database)
    const rows = Number(db.prepare('SELECT count(*) AS n FROM record').get()?.['n'])
    assert(rows <= newest, 'the shim takes nothing back: it tests nothing')
  })
})
