import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Who has a data directory open. */
export interface LockHolder {
  readonly pid: number
  /** Epoch milliseconds. */
  readonly since: number
}

/** Another process has the data directory open (people.md 5.2, "Data directory locked"). */
export class DataDirectoryLocked extends Error {
  override readonly name = 'DataDirectoryLocked'
  readonly directory: string
  readonly holder: LockHolder | undefined

  constructor(directory: string, holder: LockHolder | undefined, options?: ErrorOptions) {
    super(`${directory} is open in another process${holder === undefined ? '' : ` (pid ${holder.pid})`}`, options)
    this.directory = directory
    this.holder = holder
  }
}

const busy = 5

/**
 * Holds `lock.db` by BEGIN EXCLUSIVE for the life of the process: the kernel releases it when the process dies, however it dies.
 * Throws `DataDirectoryLocked`.
 */
export function lockDataDirectory(directory: string, holder: LockHolder): Disposable {
  const db = new DatabaseSync(join(directory, 'lock.db'))
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === busy)
      throw new DataDirectoryLocked(directory, readHolder(directory), { cause })
    throw cause
  }
  // Beside the lock, not in it: nobody can read a database that is locked exclusively.
  writeFileSync(join(directory, 'lock.json'), `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  return { [Symbol.dispose]: () => db.close() }
}

/** Is it open in another process? Looks without taking the lock. */
export function isDataDirectoryLocked(directory: string): boolean {
  const file = join(directory, 'lock.db')
  if (!existsSync(file)) return false
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    db.exec('SELECT count(*) FROM sqlite_schema')
    return false
  } catch (cause) {
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === busy) return true
    throw cause
  } finally {
    db.close()
  }
}

/** What the holder wrote about itself; `undefined` where there is nothing or nothing readable. */
export function readHolder(directory: string): LockHolder | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(directory, 'lock.json'), 'utf8'))
    if (typeof found !== 'object' || found === null || !('pid' in found) || !('since' in found)) return undefined
    return typeof found.pid === 'number' && typeof found.since === 'number' ? { pid: found.pid, since: found.since } : undefined
  } catch {
    return undefined
  }
}
