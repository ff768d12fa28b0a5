import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { filesOf } from '#compose/data-directory.ts'
import { recordIdOf } from '#model/brands.ts'
import { columnsOf, flipIn, standings, type Flip } from './columns.ts'
import { examine, makeWorld, restore, walOf, type Seen, type World, WrongPlaintext } from './flipped-world.ts'
import { whileLooking } from './installation.ts'
import { useKept } from './kept.ts'
import { below, faultCycles, faultSeed, pick, seeded } from './seeded.ts'

/** 2,000 before a merge and 100,000 at night (security-and-reliability.md 7.3, row 5). */
const flips = faultCycles(300)
const seed = faultSeed()
const enoughForAll = 140

/** One bit of a file, anywhere in it or where `place` picks; answers which. */
function flipFile(path: string, random: () => number, place = (bytes: Buffer): number => below(random, bytes.length)): string {
  const bytes = readFileSync(path)
  const [at, bit] = [place(bytes), below(random, 8)]
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(path, bytes)
  return `${path}: byte ${at}, bit ${bit}`
}

const pageBytes = 4_096

/** In the cells of a page that leads to others: few of all bytes, but a lost one hides what lies below it (sqlite.org/fileformat2.html 1.6). */
function inLeadingPage(bytes: Buffer, random: () => number): number {
  const pages = Array.from({ length: bytes.length / pageBytes - 1 }, (_, n) => (n + 1) * pageBytes)
  const leading = pages.filter(start => bytes[start] === 2 || bytes[start] === 5)
  const page = pick(random, leading)
  const cells = bytes.readUInt16BE(page + 5)
  return page + cells + below(random, pageBytes - cells)
}

/** What must be named, and by its very record. */
function assertNamed(flip: Flip, seen: Seen): void {
  const what = `${flip.column} of ${flip.key}, bit ${flip.bit}: ${JSON.stringify(seen)}`
  if (standings[flip.column] === 'sealed') assert(seen.verdict !== 'intact' || seen.refusal !== undefined, what)
  if (/^(?:record\.(?:body|version|term)|material\.(?:wrapped|term))$/.test(flip.column)) assert.equal(seen.record, flip.key, what)
  if (flip.column.startsWith('record.') && seen.refusal !== undefined && seen.record !== undefined)
    assert(seen.refusal.includes(seen.record), what)
  if (/^audit\.(?:body|hash|at|count|term)$/.test(flip.column)) assert.equal(seen.verdict, 'tampered', what)
}

describe(`a flipped bit (SEED=${seed})`, () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => {
    world[Symbol.dispose]()
  })
  const database = (): string => filesOf(world.copy.dataDir).database

  test('control: without one, everything opens, the keys work and the audit is intact', async () => {
    for (const original of [world.stopped, world.crashed]) {
      restore(original, world.copy)
      const seen = await examine(world, original, 'untouched')
      assert.deepEqual([seen.verdict, seen.refusal], ['intact', undefined], JSON.stringify(seen))
      assert(original.plaintexts.size > 15, `${original.plaintexts.size} plaintexts`)
    }
    await whileLooking(world.copy, async looked => {
      const { dataKey, signs } = await useKept(await looked.start(), world.kept)
      assert(world.kept.dataKey.equals(dataKey ?? new Uint8Array()))
      assert.equal(signs, true)
    })
  })

  test('control: another body, rightly sealed, is seen to open wrongly', async () => {
    restore(world.stopped, world.copy)
    const [id = ''] = world.stopped.plaintexts.keys()
    await whileLooking(world.copy, async ({ barrier }) => {
      using db = new DatabaseSync(database())
      const row = db.prepare('SELECT kind, version FROM record WHERE id = ?').get(Buffer.from(id, 'hex'))
      const context = { id: recordIdOf(id), kind: Number(row?.['kind']), version: Number(row?.['version']) }
      const { body } = barrier.sealRecord(context, Buffer.from('another'))
      db.prepare('UPDATE record SET body = ? WHERE id = ?').run(body, Buffer.from(id, 'hex'))
    })
    await assert.rejects(examine(world, world.stopped, 'resealed'), WrongPlaintext)
  })

  test('every column of the database has its standing here', () => {
    restore(world.stopped, world.copy)
    assert.deepEqual([...columnsOf(database())].sort(), Object.keys(standings).sort())
  })

  test(`in any column: never a wrong plaintext; what is sealed is named or refused (${flips} flips)`, { timeout: 600_000 }, async () => {
    const random = seeded(seed)
    const columns = Object.keys(standings)
    const flipped = new Set<string>()
    for (let done = 0; done < flips; done += 1) {
      // Every column in turn, so that each has its share.
      restore(world.stopped, world.copy)
      const flip = flipIn(database(), columns[done % columns.length] ?? '', random)
      if (flip === undefined) continue
      assertNamed(flip, await examine(world, world.stopped, JSON.stringify(flip)))
      flipped.add(flip.column)
    }
    // Rows have no due date here: nothing in this world is scheduled.
    const never = columns.filter(column => !flipped.has(column) && !column.endsWith('due_at'))
    if (flips >= enoughForAll) assert.deepEqual(never, [], 'columns that no bit was flipped in')
  })

  test('anywhere in the database file: never a wrong plaintext', { timeout: 600_000 }, async () => {
    const random = seeded(seed + 1)
    let noticed = 0
    for (let done = 0; done < flips / 3; done += 1) {
      restore(world.stopped, world.copy)
      const what = flipFile(database(), random, done % 2 === 0 ? undefined : bytes => inLeadingPage(bytes, random))
      const seen = await examine(world, world.stopped, what)
      if (seen.verdict !== 'intact') noticed += 1
    }
    if (flips >= enoughForAll) assert(noticed > 0, 'control: no flip fell where it matters')
  })

  test('anywhere in the write-ahead log: never a wrong plaintext, and no commit goes missing unnoticed', { timeout: 600_000 }, async () => {
    const random = seeded(seed + 2)
    assert(readFileSync(walOf(world.crashed.place)).length > 10_000, 'control: the log holds commits')
    let noticed = 0
    for (let done = 0; done < flips / 3; done += 1) {
      restore(world.crashed, world.copy)
      const seen = await examine(world, world.crashed, flipFile(walOf(world.copy), random))
      if (seen.verdict !== 'intact') noticed += 1
    }
    if (flips >= enoughForAll) assert(noticed > 0, 'control: no flip fell where it matters')
  })

  test('in the signed checkpoint beside the database: named', async () => {
    const random = seeded(seed + 3)
    for (let done = 0; done < 20; done += 1) {
      restore(world.stopped, world.copy)
      const what = flipFile(filesOf(world.copy.dataDir).checkpoint, random)
      assert.notEqual((await examine(world, world.stopped, what)).verdict, 'intact', what)
    }
  })
})
