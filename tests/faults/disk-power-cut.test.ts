import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileBlockStore } from '#adapters/files/block-store.ts'
import type { ChunkStore } from '#ports/block-store.ts'
import { chunksUsed, forkEvery, forkOf, planOf, sectorsUsed } from './disk-plan.ts'
import { goesOn, noShim, runAndCut, shimIn } from './power-cut.ts'
import { below, faultCycles, faultSeed, seeded } from './seeded.ts'

/** 300 before a merge (security-and-reliability.md 7.3, row 2). */
const cycles = faultCycles(12)
const seed = faultSeed()

/** Number that fills each sector, 0 for a hole, by chunk and sector. */
type Sectors = Map<string, number>

const named = (chunk: number, sector: number): string => `${chunk}/${sector}`

/** What a sector holds; one that is torn inside holds nothing that was ever written, and fails. */
function sectorNow(store: ChunkStore, chunk: number, sector: number): number {
  const bits = store.bitmap(chunk)
  if (((bits?.[sector >> 3] ?? 0) & (1 << (sector & 7))) === 0) return 0
  const bytes = Buffer.alloc(512)
  store.read(chunk, sector * 512, bytes)
  const value = bytes.readUInt32BE()
  for (let at = 0; at < bytes.length; at += 4) assert.equal(bytes.readUInt32BE(at), value, `sector ${named(chunk, sector)} is torn inside`)
  return value
}

const stepsAt = (round: number, chunk: number, sector: number): readonly number[] =>
  planOf(seed, round)
    .filter(step => step.chunk === chunk && sector >= step.first && sector < step.first + step.sectors)
    .map(step => step.value)

/** Compares the disk with what was flushed and what was under way; notes what it is now. Answers how many sectors hold neither. */
function lookAtAll(store: ChunkStore, sectors: Sectors, { from, told }: { readonly from: number; readonly told: number }): number {
  let wrong = 0
  for (let chunk = 0; chunk < chunksUsed; chunk += 1) {
    for (let sector = 0; sector < sectorsUsed; sector += 1) {
      const name = named(chunk, sector)
      let flushed = sectors.get(name) ?? 0
      for (let round = from; round <= told; round += 1) flushed = stepsAt(round, chunk, sector).at(-1) ?? flushed
      const now = sectorNow(store, chunk, sector)
      if (now !== flushed && !stepsAt(told + 1, chunk, sector).includes(now)) wrong += 1
      sectors.set(name, now)
    }
  }
  return wrong
}

/** Compares the forks that were told of since with what the disk was then, and takes them away. Answers how many sectors hold something else. */
async function lookAtForks(
  data: string,
  sectors: ReadonlyMap<string, number>,
  { from, told }: { readonly from: number; readonly told: number },
): Promise<number> {
  let wrong = 0
  const then = new Map(sectors)
  for (let round = from; round <= told; round += 1) {
    for (const { chunk, first, sectors: count, value } of planOf(seed, round))
      for (let sector = first; sector < first + count; sector += 1) then.set(named(chunk, sector), value)
    if (round % forkEvery !== 0) continue
    const identity = { diskId: forkOf(round), dekIds: [], epoch: 1, lineage: 'disk' }
    const fork = fileBlockStore(data).open(identity, chunksUsed * 4 * 1024 * 1024)
    for (let chunk = 0; chunk < chunksUsed; chunk += 1)
      for (let sector = 0; sector < sectorsUsed; sector += 1)
        if (sectorNow(fork, chunk, sector) !== (then.get(named(chunk, sector)) ?? 0)) wrong += 1
    fork.close()
    await fileBlockStore(data).remove(forkOf(round))
  }
  return wrong
}

/** A disk that is cut as often as is asked. Answers how many sectors were wrong and how much was lost. */
async function cutOften(times: number, flushes: 'flush' | 'fork' | 'never'): Promise<{ readonly wrong: number; readonly lost: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-disk-power-'))
  try {
    const data = join(folder, 'data')
    mkdirSync(data)
    const random = seeded(seed)
    const shim = shimIn(folder)
    const sectors: Sectors = new Map()
    const sum = { wrong: 0, lost: 0 }
    for (let cycle = 0, from = 1; goesOn(cycle, times, sum.lost); cycle += 1) {
      const program = ['disk-plan-writer.ts', data, `${seed}`, `${from}`, flushes]
      const { told, lost } = await runAndCut({ folder, shim, watched: data, program, afterLines: 1 + below(random, 40), random })
      const newest = Number(told.at(-1) ?? from - 1)
      const store = fileBlockStore(data).open({ diskId: 'disk', dekIds: [], epoch: 1 }, chunksUsed * 4 * 1024 * 1024)
      if (flushes === 'fork') sum.wrong += await lookAtForks(data, sectors, { from, told: newest })
      sum.wrong += lookAtAll(store, sectors, { from, told: newest })
      sum.lost += lost
      store.close()
      from = newest + 1
    }
    return sum
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe(`a power cut under a disk (SEED=${seed})`, { skip: noShim }, () => {
  test(
    `keeps every flushed write and trim, and shows no sector as what it never was, ${cycles} times`,
    { timeout: 1_200_000 },
    async () => {
      const { wrong, lost } = await cutOften(cycles, 'flush')
      assert.equal(wrong, 0)
      assert(lost > 0, 'control: some writes were not synced when the power went')
    },
  )

  test(`keeps every fork as the disk was, and the disk as well, ${cycles} times`, { timeout: 1_200_000 }, async () => {
    const { wrong, lost } = await cutOften(cycles, 'fork')
    assert.equal(wrong, 0)
    assert(lost > 0, 'control: some writes were not synced when the power went')
  })

  test('control: what is told without having been flushed is lost', { timeout: 120_000 }, async () => {
    assert((await cutOften(3, 'never')).wrong > 0, 'the shim takes nothing back: it tests nothing')
  })
})
