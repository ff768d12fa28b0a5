import { openReader } from '#adapters/sqlite/reader.ts'
import { sqliteStore } from '#adapters/sqlite/record-store.ts'
import type { Node } from '#domain/entries.ts'
import type { Custody } from '#domain/seal/custody.ts'
import type { AuditLog } from '#ports/audit-log.ts'
import type { RecordStore } from '#ports/record-store.ts'
import { filesOf } from './data-directory.ts'
import { startWriter } from './start-writer.ts'

export type Store = RecordStore & AuditLog

export interface StoreParts {
  readonly dataDir: string
  readonly custody: Custody
  readonly node: Node
  readonly onFatal: (cause: Error) => void
}

/** The embedded database: a writer on a thread of its own, a read-only connection on this one. The writer gets the installation's key and no other. */
export async function openStore({ dataDir, custody, node, onFatal }: StoreParts): Promise<Store> {
  const path = filesOf(dataDir).database
  const reader = openReader(path)
  // The installation's keys seal the audit: they are known before the view admits all others.
  custody.barrier.admit(reader.compartmentKeys(custody.installation))
  const writer = startWriter({
    path,
    node: node.id,
    installation: custody.installation,
    keys: custody.barrier.keysOf(custody.installation),
    onFatal,
  })
  return sqliteStore({ reader, writer })
}
