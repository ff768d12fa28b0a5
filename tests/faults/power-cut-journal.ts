// What the shim noted (power-cut.c), in order, and whether a sync has made it durable since.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What lost its name, and the hard link that it still has. */
export interface Nameless {
  readonly file: number
  readonly kept: string
}

export interface Written {
  readonly kind: 'write'
  /** The same file under whatever name. */
  readonly file: number
  readonly path: string
  readonly offset: number
  readonly sizeBefore: number
  readonly before: Buffer
  readonly after: Buffer
}

export interface Renamed {
  readonly kind: 'rename'
  readonly file: number
  readonly from: string
  readonly to: string
  readonly replaced: Nameless | undefined
}

export interface Unlinked {
  readonly kind: 'unlink'
  readonly path: string
  readonly gone: Nameless
}

export type Moved = Written | Renamed | Unlinked
type Noted = Moved | { readonly kind: 'sync'; readonly path: string }

export interface Unsynced {
  readonly moved: readonly Moved[]
  /** Where each file is now, under its name or its kept one. */
  readonly places: Map<number, string>
}

/** Changes that no sync has followed. A record that the kill cut short was not performed. */
export function unsynced(journal: string): Unsynced {
  let open: Moved[] = []
  const files = new Files()
  for (const noted of records(journal, files)) {
    if (noted.kind === 'sync') open = open.filter(moved => !durable(moved, noted.path, files))
    else open.push(noted)
  }
  return { moved: open, places: files.places }
}

function durable(moved: Moved, synced: string, files: Files): boolean {
  if (moved.kind === 'write') return moved.file === files.of(synced)
  return dirname(moved.kind === 'rename' ? moved.to : moved.path) === synced
}

/** Files by the name they have now: syncing one by its new name makes durable what was written by the old. */
class Files {
  readonly #names = new Map<string, number>()
  readonly places = new Map<number, string>()
  #next = 0

  of(path: string): number {
    return this.#names.getOrInsertComputed(path, () => {
      this.#next += 1
      this.places.set(this.#next, path)
      return this.#next
    })
  }

  rename(from: string, to: string): number {
    const file = this.of(from)
    this.#names.delete(from)
    this.#names.set(to, file)
    this.places.set(file, to)
    return file
  }

  loseName(path: string, kept: string): Nameless {
    const file = this.of(path)
    this.#names.delete(path)
    this.places.set(file, kept)
    return { file, kept }
  }
}

class CutShort extends Error {}

function* records(journal: string, files: Files): Generator<Noted> {
  const bytes = readFileSync(journal)
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new CutShort()
    at += length
    return bytes.subarray(at - length, at)
  }
  const number = (): number => take(4).readUInt32LE()
  const long = (): number => Number(take(8).readBigUInt64LE())
  const text = (length: number): string => take(length).toString('utf8')
  const kept = (count: number): string => `${journal}.kept.${count}`
  const next = (): Noted => {
    const kind = text(1)
    const length = number()
    if (kind === 'S') return { kind: 'sync', path: text(length) }
    if (kind === 'W') {
      const [offset, sizeBefore, size] = [long(), long(), number()]
      const path = text(length)
      return { kind: 'write', file: files.of(path), path, offset, sizeBefore, before: take(size), after: take(size) }
    }
    if (kind === 'U') {
      const count = number()
      const path = text(length)
      return { kind: 'unlink', path, gone: files.loseName(path, kept(count)) }
    }
    const [toLength, count] = [number(), number()]
    const [from, to] = [text(length), text(toLength)]
    const replaced = count === 0 ? undefined : files.loseName(to, kept(count))
    return { kind: 'rename', file: files.rename(from, to), from, to, replaced }
  }
  try {
    while (at < bytes.length) yield next()
  } catch (cause) {
    if (!(cause instanceof CutShort)) throw cause
  }
}
