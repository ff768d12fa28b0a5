// An installation, a damaged copy of it, and what may be seen there: refusals, never another plaintext.
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { filesOf } from '#compose/data-directory.ts'
import { leavePlace, placeIn, whileLooking, whileRunning, type Looked, type Place, type Plaintexts, type Verdict } from './installation.ts'
import { fastFolder } from './fast-folder.ts'
import { keep, keepAnother, useKept, type Kept } from './kept.ts'

/** One installation as it stood at some time, untouched. */
export interface Original {
  readonly place: Place
  readonly plaintexts: Plaintexts
}

export interface World extends Disposable {
  /** Stopped: all of it is in the database. */
  readonly stopped: Original
  /** As a crash leaves it: the newest of it is in the write-ahead log. */
  readonly crashed: Original
  readonly copy: Place
  readonly kept: Kept
}

export async function makeWorld(): Promise<World> {
  const folder = mkdtempSync(join(fastFolder(), 'keystead-flips-'))
  const [base, stopped, crashed, copy] = [placeIn(folder), placeIn(folder, 'stopped'), placeIn(folder, 'crashed'), placeIn(folder, 'copy')]
  const kept = await whileRunning(base, keep)
  cpSync(base.dataDir, stopped.dataDir, { recursive: true })
  compact(stopped)
  await whileRunning(base, async running => {
    await keepAnother(running, kept, 'in-the-log')
    await running.sign()
    cpSync(base.dataDir, crashed.dataDir, { recursive: true })
  })
  truncateSync(walOf(crashed), walBytes(walOf(crashed)))
  cpSync(base.dataDir, copy.dataDir, { recursive: true })
  const world = { copy, kept, [Symbol.dispose]: () => leavePlace(folder) }
  return { ...world, stopped: await original(stopped, copy), crashed: await original(crashed, copy) }
}

/** Without the empty pages that growing the log left: a flip shall fall where it matters. */
function compact({ dataDir }: Place): void {
  using db = new DatabaseSync(filesOf(dataDir).database)
  db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
}

/** Bytes of a write-ahead log that count: its header, and frames while they bear its salt (sqlite.org/fileformat2.html 4.1). */
function walBytes(path: string): number {
  const bytes = readFileSync(path)
  const frame = 24 + bytes.readUInt32BE(8)
  let end = 32
  while (end + frame <= bytes.length && bytes.subarray(end + 8, end + 16).equals(bytes.subarray(16, 24))) end += frame
  return end
}

async function original(place: Place, copy: Place): Promise<Original> {
  restore({ place }, copy)
  return { place, plaintexts: await whileLooking(copy, async looked => looked.plaintexts()) }
}

export const walOf = ({ dataDir }: Place): string => `${filesOf(dataDir).database}-wal`

/** The copy as the original is, whatever was done to it. */
export function restore({ place }: Pick<Original, 'place'>, copy: Place): void {
  const [from, to] = [filesOf(place.dataDir), filesOf(copy.dataDir)]
  for (const ending of ['-wal', '-shm']) rmSync(`${to.database}${ending}`, { force: true })
  copyFileSync(from.database, to.database)
  copyFileSync(from.checkpoint, to.checkpoint)
  if (existsSync(walOf(place))) copyFileSync(walOf(place), walOf(copy))
}

/** Something opened as what it was not: the one thing that must never be. The product's own assertions are refusals. */
export class WrongPlaintext extends Error {
  override readonly name = 'WrongPlaintext'
}

function right(holds: boolean, what: string): void {
  if (!holds) throw new WrongPlaintext(what)
}

/** What somebody sees who opens the copy: `refused` where not even its keys open. */
export interface Seen extends Verdict {
  /** Why a start on it is refused. */
  readonly refusal: string | undefined
}

/** Opens all of the copy, verifies it, starts on it and uses its keys. Fails where anything opens as what it was not. */
export async function examine({ copy, kept }: World, { plaintexts }: Original, what: string): Promise<Seen> {
  try {
    return await whileLooking(copy, async looked => {
      const found = looked.plaintexts(plaintexts)
      for (const [name, hash] of found) right(hash === (plaintexts.get(name) ?? hash), `${what}: ${name} opens wrongly`)
      const verdict = await looked.verify()
      if (verdict.verdict === 'intact') {
        const missing = [...plaintexts.keys()].filter(name => !found.has(name))
        right(missing.length === 0, `${what}: intact, but ${missing.join(', ')} does not open`)
      }
      return { ...verdict, refusal: await refusalOf(looked, kept, what) }
    })
  } catch (cause) {
    if (cause instanceof WrongPlaintext) throw cause
    return { verdict: 'refused', refusal: messageOf(cause), because: messageOf(cause) }
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown')

async function refusalOf(looked: Looked, kept: Kept, what: string): Promise<string | undefined> {
  try {
    const { dataKey, signs } = await useKept(await looked.start(), kept)
    right(dataKey === undefined || kept.dataKey.equals(dataKey), `${what}: a wrong data key`)
    right(signs !== false, `${what}: a signature by another key`)
    return undefined
  } catch (cause) {
    if (cause instanceof WrongPlaintext) throw cause
    return messageOf(cause)
  }
}
