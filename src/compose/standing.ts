import { existsSync } from 'node:fs'
import { openBootStore } from '#adapters/sqlite/boot-store.ts'
import { openReader } from '#adapters/sqlite/reader.ts'
import { clusterIdOf } from '#domain/seal/boot.ts'
import { filesOf } from './data-directory.ts'

/** What the data directory says without its seal: nothing of it is secret. */
export interface Standing {
  readonly clusterId: string
  readonly sealKinds: readonly string[]
  /** When the newest row of the audit was sealed, in milliseconds. */
  readonly newest: number | undefined
}

/** `undefined`: there is no instance yet. Throws where the database does not read. */
export function standingOf(dataDir: string): Standing | undefined {
  const { database } = filesOf(dataDir)
  if (!existsSync(database)) return undefined
  using boot = openBootStore(database, { readOnly: true })
  using reader = openReader(database)
  const { audit } = reader
  const newest = audit.nodes().map(node => audit.lastBatch(node)?.at ?? 0)
  return {
    clusterId: clusterIdOf(boot) ?? '',
    sealKinds: boot.envelopes().map(({ kind }) => kind),
    newest: newest.length === 0 ? undefined : Math.max(...newest),
  }
}
