import { DatabaseSync } from 'node:sqlite'
import { applyWriterSettings, ensureSchema, readingSettings } from './schema.ts'
import { query } from './statements.ts'

export interface Settings {
  readonly readOnly?: boolean
  /** Milliseconds that a statement waits for another connection's lock. */
  readonly lockTimeoutMs?: number
}

/** A connection with the settings of security-and-reliability.md 3.3; makes the tables where there are none, unless it only reads. */
export function openDatabase(path: string, { readOnly = false, lockTimeoutMs = 5_000 }: Settings = {}): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly, timeout: lockTimeoutMs, enableForeignKeyConstraints: true })
  try {
    if (readOnly) db.exec(readingSettings)
    else {
      applyWriterSettings(db)
      ensureSchema(db)
    }
  } catch (cause) {
    db.close()
    throw cause
  }
  return db
}

/** What SQLite finds wrong with its own file: empty when nothing. Slow: reads all of it. */
export function integrityFindings(path: string): readonly string[] {
  const db = openDatabase(path, { readOnly: true })
  try {
    const found = query<readonly [string]>(db, 'PRAGMA integrity_check(20)').all()
    return found.map(([text]) => text).filter(text => text !== 'ok')
  } finally {
    db.close()
  }
}
