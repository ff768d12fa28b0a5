import type { DatabaseSync } from 'node:sqlite'
import { type Bytes, type CompartmentId, type MutationId, type RecordId, seq, type Seq } from '#model/brands.ts'
import type { Change, CompartmentKeyRow, Material, Place, StoredRow } from '#ports/record-store.ts'
import { type AuditReads, auditReads } from './audit-tables.ts'
import {
  compartmentKeyColumns,
  type CompartmentKeyCells,
  rowColumns,
  type RowCells,
  toBlob,
  toChange,
  toCompartmentKey,
  toRow,
  toSealed,
} from './blobs.ts'
import { openDatabase } from './open.ts'
import { query } from './statements.ts'
import { changesQuery } from './tables.ts'

/** A read-only connection on the calling thread: in WAL mode readers never wait for the writer (performance.md 7). */
export interface Reader extends Disposable {
  head(): Seq
  read(ids: readonly RecordId[]): readonly (StoredRow | undefined)[]
  list(collection: RecordId, page: ListPage): readonly StoredRow[]
  scan(kind: number, page: { readonly after: RecordId | undefined; readonly limit: number }): readonly StoredRow[]
  due(before: number, limit: number): readonly StoredRow[]
  material(place: Place): Material | undefined
  materialOf(id: RecordId): readonly { readonly version: string; readonly material: Material }[]
  compartmentKeys(compartment?: CompartmentId): readonly CompartmentKeyRow[]
  changes(after: Seq): readonly Change[]
  committed(id: MutationId): boolean
  waitingEffects(topic: string, now: number): number
  readonly audit: AuditReads
}

interface ListPage {
  readonly after: number
  readonly limit: number
  readonly kind?: number
}

/** With `snapshot`, all that is read until it closes is of one moment, the first read's: for verification while others write. */
export function openReader(path: string, { snapshot = false }: { readonly snapshot?: boolean } = {}): Reader {
  const db = openDatabase(path, { readOnly: true })
  if (snapshot) db.exec('BEGIN')
  const head = query<readonly [number]>(db, 'SELECT seq FROM feed_head')
  const after = changesQuery(db)
  const mutation = query<readonly [number]>(db, 'SELECT 1 FROM feed WHERE mutation = ? LIMIT 1')
  const waiting = query<readonly [number]>(db, 'SELECT count(*) FROM outbox WHERE topic = ? AND (due_at IS NULL OR due_at <= ?)')
  return {
    head: () => seq(head.one()?.[0] ?? 0),
    changes: position => after.all(position).map(toChange),
    committed: id => mutation.one(toBlob(id)) !== undefined,
    waitingEffects: (topic, now) => waiting.one(topic, now)?.[0] ?? 0,
    ...readsRows(db),
    ...readsMaterial(db),
    audit: auditReads(db),
    [Symbol.dispose]: () => db.close(),
  }
}

function readsRows(db: DatabaseSync): Pick<Reader, 'read' | 'list' | 'scan' | 'due'> {
  const byId = query<RowCells>(db, `SELECT ${rowColumns} FROM record r WHERE r.id = ?`)
  const members = (kind: string): string =>
    `SELECT ${rowColumns} FROM member m JOIN record r ON r.id = m.id WHERE m.collection = ? AND m.ord > ? ${kind} ORDER BY m.ord LIMIT ?`
  const list = query<RowCells>(db, members(''))
  const listKind = query<RowCells>(db, members('AND m.kind = ?'))
  const scan = query<RowCells>(db, `SELECT ${rowColumns} FROM record r WHERE r.kind = ? AND r.id > ? ORDER BY r.id LIMIT ?`)
  const due = query<RowCells>(db, `SELECT ${rowColumns} FROM record r WHERE r.due_at <= ? ORDER BY r.due_at LIMIT ?`)
  const first = new Uint8Array(0)
  return {
    read: ids => ids.map(id => optionalRow(byId.one(toBlob(id)))),
    list(collection, { after, limit, kind }) {
      const key = toBlob(collection)
      return (kind === undefined ? list.all(key, after, limit) : listKind.all(key, after, kind, limit)).map(toRow)
    },
    scan: (kind, { after, limit }) => scan.all(kind, after === undefined ? first : toBlob(after), limit).map(toRow),
    due: (before, limit) => due.all(before, limit).map(toRow),
  }
}

const optionalRow = (cells: RowCells | undefined): StoredRow | undefined => (cells === undefined ? undefined : toRow(cells))

function readsMaterial(db: DatabaseSync): Pick<Reader, 'material' | 'materialOf' | 'compartmentKeys'> {
  const one = query<readonly [number, Bytes]>(db, 'SELECT term, wrapped FROM material WHERE id = ? AND key_version = ?')
  const all = query<readonly [Bytes, number, Bytes]>(
    db,
    'SELECT key_version, term, wrapped FROM material WHERE id = ? ORDER BY key_version',
  )
  const keys = query<CompartmentKeyCells>(db, `SELECT ${compartmentKeyColumns} FROM compartment_key ORDER BY compartment, term`)
  const keysOf = query<CompartmentKeyCells>(db, `SELECT ${compartmentKeyColumns} FROM compartment_key WHERE compartment = ? ORDER BY term`)
  return {
    material({ id, version }) {
      const row = one.one(toBlob(id), toBlob(version))
      return row === undefined ? undefined : { term: row[0], bytes: toSealed(row[1]) }
    },
    materialOf: id =>
      all.all(toBlob(id)).map(([version, term, bytes]) => ({ version: version.toHex(), material: { term, bytes: toSealed(bytes) } })),
    compartmentKeys: compartment => (compartment === undefined ? keys.all() : keysOf.all(toBlob(compartment))).map(toCompartmentKey),
  }
}
