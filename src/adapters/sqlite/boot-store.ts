import type { DatabaseSync } from 'node:sqlite'
import type { Bytes } from '#model/brands.ts'
import type { BootStore, SealEnvelope } from '#ports/record-store.ts'
import { toSealed } from './blobs.ts'
import { storeError, StoreFailed } from './failure.ts'
import { openDatabase, type Settings } from './open.ts'
import { command, query } from './statements.ts'
import { compartmentKeyCommand } from './tables.ts'
import { scrubWal, walBytesDefault } from './wal.ts'

type EnvelopeCells = readonly [sealId: string, kind: string, params: string, rootEpoch: number, wrapped: Bytes]

/** What there is before the seal opens. A connection of its own, for start and seal changes; `readOnly` for commands that only look. */
export function openBootStore(path: string, settings?: Settings): BootStore & Disposable {
  const db = openDatabase(path, settings)
  const meta = query<readonly [Bytes]>(db, 'SELECT value FROM meta WHERE name = ?')
  const names = query<readonly [string]>(db, 'SELECT name FROM meta ORDER BY name')
  const envelopes = query<EnvelopeCells>(db, 'SELECT seal_id, kind, params, root_epoch, wrapped FROM seal_envelope ORDER BY seal_id')
  return {
    meta: name => meta.one(name)?.[0],
    metaNames: prefix =>
      names
        .all()
        .map(([name]) => name)
        .filter(name => name.startsWith(prefix)),
    envelopes: () => envelopes.all().map(toEnvelope),
    writeBoot(change) {
      const shreds = change.removeMeta !== undefined || (change.envelopes !== undefined && envelopes.all().length > 0)
      writeBoot(db, change)
      if (shreds) scrub(db)
    },
    [Symbol.dispose]: () => db.close(),
  }
}

type BootChange = Parameters<BootStore['writeBoot']>[0]

/** The envelopes given replace all. */
function writeBoot(db: DatabaseSync, change: BootChange): void {
  const putKey = compartmentKeyCommand(db)
  db.exec('BEGIN IMMEDIATE')
  try {
    writeMeta(db, change)
    if (change.envelopes !== undefined) replaceEnvelopes(db, change.envelopes)
    for (const row of change.compartmentKeys ?? []) putKey(row)
    db.exec('COMMIT')
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw cause
  }
}

function writeMeta(db: DatabaseSync, { meta = {}, removeMeta = [] }: BootChange): void {
  const drop = command(db, 'DELETE FROM meta WHERE name = ?')
  const put = command(db, 'INSERT OR REPLACE INTO meta(name, value) VALUES (?, ?)')
  for (const name of removeMeta) drop(name)
  for (const [name, value] of Object.entries(meta)) put(name, value)
}

function replaceEnvelopes(db: DatabaseSync, envelopes: readonly SealEnvelope[]): void {
  const put = command(db, 'INSERT INTO seal_envelope(seal_id, kind, params, root_epoch, wrapped) VALUES (?, ?, ?, ?, ?)')
  db.exec('DELETE FROM seal_envelope')
  for (const { sealId, kind, params, rootEpoch, wrapped } of envelopes) put(sealId, kind, JSON.stringify(params), rootEpoch, wrapped)
}

/** An envelope that was taken away leaves the log too. A reader of one moment can hold that up: then the log is overwritten in its turn. */
function scrub(db: DatabaseSync): void {
  try {
    scrubWal(db, walBytesDefault)
  } catch (cause) {
    if (storeError(cause) instanceof StoreFailed) throw cause
  }
}

const toEnvelope = ([sealId, kind, params, rootEpoch, wrapped]: EnvelopeCells): SealEnvelope => ({
  sealId,
  kind,
  params: toParams(params),
  rootEpoch,
  wrapped: toSealed(wrapped),
})

/** What a damaged or edited row says is dropped here; the envelope then does not open. */
function toParams(text: string): SealEnvelope['params'] {
  const found: unknown = JSON.parse(text)
  if (typeof found !== 'object' || found === null) return {}
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string | number] => typeof entry[1] !== 'object'))
}
