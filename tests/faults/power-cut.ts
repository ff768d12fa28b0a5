// A power cut in software: what no sync has followed is taken back, and a part of it happens after all, whole or torn.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Moved, type Nameless, unsynced, type Written } from './power-cut-journal.ts'
import { missingTool } from './seeded.ts'

const sectorBytes = 512

/** Answers how many changes did not happen as they were asked for. */
export function cutPower(journal: string, random: () => number): number {
  const { moved, places } = unsynced(journal)
  for (const one of moved.toReversed()) takeBack(one, places)
  let lost = 0
  for (const one of moved) lost += happenAfterAll(one, { places, random })
  return lost
}

type Places = Map<number, string>

function takeBack(moved: Moved, places: Places): void {
  if (moved.kind === 'write')
    onFile(places.get(moved.file), fd => {
      writeSync(fd, moved.before, 0, moved.before.length, moved.offset)
      if (moved.sizeBefore < fstatSync(fd).size) ftruncateSync(fd, moved.sizeBefore)
    })
  else if (moved.kind === 'rename') {
    renameSync(moved.to, moved.from)
    places.set(moved.file, moved.from)
    if (moved.replaced !== undefined) giveName(moved.replaced, moved.to, places)
  } else giveName(moved.gone, moved.path, places)
}

function giveName({ file, kept }: Nameless, path: string, places: Places): void {
  // Whoever has the name by now was made later: creations are not noted, but in the same folder they cannot be older than the loss of the name.
  if (existsSync(path)) move(path, newerOf(kept), places)
  linkSync(kept, path)
  places.set(file, path)
}

const newerOf = (kept: string): string => `${kept}.newer`

function loseName({ file, kept }: Nameless, path: string, places: Places): void {
  unlinkSync(path)
  places.set(file, kept)
  if (existsSync(newerOf(kept))) move(newerOf(kept), path, places)
}

function move(from: string, to: string, places: Places): void {
  renameSync(from, to)
  for (const [file, place] of places) if (place === from) places.set(file, to)
}

function happenAfterAll(moved: Moved, { places, random }: { readonly places: Places; readonly random: () => number }): number {
  if (moved.kind === 'write') {
    let lost = 0
    onFile(places.get(moved.file), fd => (lost = rewrite(fd, moved, random)))
    return lost
  }
  if (random() < 0.5) return 1
  if (moved.kind === 'unlink') {
    loseName(moved.gone, moved.path, places)
    return 0
  }
  renameSync(moved.from, moved.to)
  places.set(moved.file, moved.to)
  if (moved.replaced !== undefined) places.set(moved.replaced.file, moved.replaced.kept)
  return 0
}

/** A file that has lost its name for good, as a rollback journal has, is nobody's. */
function onFile(path: string | undefined, use: (fd: number) => void): void {
  if (path === undefined || !existsSync(path)) return
  const fd = openSync(path, 'r+')
  try {
    use(fd)
  } finally {
    closeSync(fd)
  }
}

/** A third is lost, a third torn at sectors, a third whole. */
function rewrite(fd: number, { offset, after }: Written, random: () => number): number {
  const fate = random()
  if (fate < 1 / 3) return 1
  for (let at = 0; at < after.length; at += sectorBytes) {
    if (fate < 2 / 3 && random() < 0.5) continue
    writeSync(fd, after, at, Math.min(sectorBytes, after.length - at), offset + at)
  }
  return fate < 2 / 3 ? 1 : 0
}

const compiler = ['/usr/bin/cc', '/usr/bin/gcc', '/usr/bin/clang'].find(path => existsSync(path))
/** Why there is no shim here, or false. */
export const noShim = missingTool(
  compiler !== undefined && process.platform === 'linux',
  process.platform === 'linux' ? 'build-essential is not installed' : 'LD_PRELOAD is Linux`s',
)

export function shimIn(folder: string): string {
  const shim = join(folder, 'power-cut.so')
  const flags = ['-O1', '-shared', '-fPIC', '-o', shim, join(import.meta.dirname, 'power-cut.c'), '-ldl', '-lpthread']
  execFileSync(compiler ?? 'cc', flags)
  return shim
}

export interface Cut {
  /** Holds the shim and the journal, and nothing that is cut. */
  readonly folder: string
  readonly shim: string
  /** Part of the paths of what is cut. */
  readonly watched: string
  /** A script of this folder and what it is told: prints a line for all that it was answered. */
  readonly program: readonly string[]
  readonly afterLines: number
  readonly random: () => number
}

/** So many cuts, and then until one has taken something: where a kill falls is chance, and each of a few may fall between a sync and the next write. */
export const goesOn = (cycle: number, cycles: number, taken: number): boolean => cycle < cycles || (taken === 0 && cycle < 25 * cycles)

/** Runs the program, kills it after so many lines and cuts the power. Answers its whole lines and how much was lost. */
export async function runAndCut(cut: Cut): Promise<{ readonly told: readonly string[]; readonly lost: number }> {
  const journal = join(cut.folder, 'journal')
  for (const name of readdirSync(cut.folder)) if (name.startsWith('journal')) unlinkSync(join(cut.folder, name))
  const [script = '', ...rest] = cut.program
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, script), ...rest], {
    env: { ...process.env, LD_PRELOAD: cut.shim, POWER_CUT_JOURNAL: journal, POWER_CUT_PREFIX: cut.watched },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text
    if (told.split('\n').length > cut.afterLines) child.kill('SIGKILL')
  })
  await once(child, 'close')
  if (child.signalCode !== 'SIGKILL') throw new Error(`${script} ended by itself: ${child.exitCode}`)
  return { told: told.split('\n').slice(0, -1), lost: cutPower(journal, cut.random) }
}
