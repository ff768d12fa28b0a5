import type { DatabaseSync } from 'node:sqlite'
import type { Bytes, CompartmentId, RecordId } from '#model/brands.ts'
import { collectionsOf } from '#adapters/commit/apply-writes.ts'
import type { RowHead, Tables } from '#adapters/commit/tables.ts'
import type { CompartmentKeyRow } from '#ports/record-store.ts'
import { changeColumns, type ChangeCells, rangeOf, tagsToBlob, toBlob, toChange, toId, toTags } from './blobs.ts'
import { command, query } from './statements.ts'

/** The tables of one writing connection, inside whatever transaction is open. */
export function sqliteTables(db: DatabaseSync): Tables {
  const rows = rowTables(db)
  const others = otherTables(db)
  return {
    ...rows,
    ...others,
    ...feedTables(db),
    removeCompartment(compartment) {
      rows.shredRows(compartment)
      others.shredKeys(compartment)
    },
  }
}

type RowTables = Pick<Tables, 'head' | 'put' | 'remove' | 'enlist' | 'delist'> & {
  readonly shredRows: (compartment: CompartmentId) => void
}

function rowTables(db: DatabaseSync): RowTables {
  const readHead = query<HeadCells>(db, `SELECT ${headColumns} FROM record WHERE id = ?`)
  const headsIn = query<HeadCells>(db, `SELECT ${headColumns} FROM record WHERE id BETWEEN ? AND ?`)
  const upsert = command(
    db,
    `INSERT INTO record(id, kind, version, term, ord, parent, tags, due_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT(id) DO UPDATE SET kind = excluded.kind, version = excluded.version, term = excluded.term, parent = excluded.parent,
       tags = excluded.tags, due_at = excluded.due_at, body = excluded.body`,
  )
  const remove = command(db, 'DELETE FROM record WHERE id = ?')
  const removeIn = command(db, 'DELETE FROM record WHERE id BETWEEN ? AND ?')
  const enlist = command(db, 'INSERT INTO member(collection, ord, kind, id) VALUES (?, ?, ?, ?)')
  const delist = command(db, 'DELETE FROM member WHERE collection = ? AND ord = ?')
  return {
    head: id => toHead(readHead.one(toBlob(id))),
    put({ id, kind, version, term, ord, parent, tags, dueAt, body }) {
      upsert(toBlob(id), kind, version, term, ord, toBlob(parent), tagsToBlob(tags), dueAt ?? null, body)
    },
    remove: id => void remove(toBlob(id)),
    enlist: ({ collection, ord }, id, kind) => void enlist(toBlob(collection), ord, kind, toBlob(id)),
    delist: ({ collection, ord }) => void delist(toBlob(collection), ord),
    shredRows(compartment) {
      const range = rangeOf(compartment)
      for (const cells of headsIn.all(...range)) {
        const head = toHead(cells)
        for (const collection of collectionsOf(head)) delist(toBlob(collection), head.ord)
      }
      removeIn(...range)
    },
  }
}

const headColumns = 'kind, version, ord, parent, tags'
type HeadCells = readonly [kind: number, version: number, ord: number, parent: Bytes, tags: Bytes]

function toHead(cells: HeadCells): RowHead
function toHead(cells: HeadCells | undefined): RowHead | undefined
function toHead(cells: HeadCells | undefined): RowHead | undefined {
  if (cells === undefined) return undefined
  const [kind, version, ord, parent, tags] = cells
  return { kind, version, ord, parent: toId(parent), tags: toTags(tags) }
}

type OtherTables = Pick<Tables, 'putMaterial' | 'removeMaterial' | 'removePlace' | 'putCompartmentKey' | 'removeTerm'> & {
  readonly shredKeys: (compartment: CompartmentId) => void
}

function otherTables(db: DatabaseSync): OtherTables {
  const putMaterial = command(db, 'INSERT OR REPLACE INTO material(id, key_version, term, wrapped) VALUES (?, ?, ?, ?)')
  const removeMaterial = command(db, 'DELETE FROM material WHERE id = ?')
  const removePlace = command(db, 'DELETE FROM material WHERE id = ? AND key_version = ?')
  const removeMaterialIn = command(db, 'DELETE FROM material WHERE id BETWEEN ? AND ?')
  const removeKeys = command(db, 'DELETE FROM compartment_key WHERE compartment = ?')
  const removeKey = command(db, 'DELETE FROM compartment_key WHERE compartment = ? AND term = ?')
  const putCompartmentKey = compartmentKeyCommand(db)
  return {
    putMaterial: ({ id, version }, { term, bytes }) => void putMaterial(toBlob(id), toBlob(version), term, bytes),
    removeMaterial: (id: RecordId) => void removeMaterial(toBlob(id)),
    removePlace: ({ id, version }) => void removePlace(toBlob(id), toBlob(version)),
    putCompartmentKey,
    removeTerm: ({ compartment, term }) => void removeKey(toBlob(compartment), term),
    shredKeys(compartment) {
      removeMaterialIn(...rangeOf(compartment))
      removeKeys(toBlob(compartment))
    },
  }
}

/** Shared with the boot store: the first compartment key is made before any commit. */
export function compartmentKeyCommand(db: DatabaseSync): (row: CompartmentKeyRow) => void {
  const put = command(
    db,
    'INSERT OR REPLACE INTO compartment_key(compartment, term, state, root_epoch, wrapped, index_key) VALUES (?, ?, ?, ?, ?, ?)',
  )
  return ({ compartment, term, state, rootEpoch, wrapped, indexKey }) =>
    void put(toBlob(compartment), term, state, rootEpoch, wrapped, indexKey)
}

const nobody = new Uint8Array(0)

function feedTables(db: DatabaseSync): Pick<Tables, 'leaseEpoch' | 'addFeed' | 'addEffect' | 'changesAfter'> {
  const epoch = query<readonly [number]>(db, 'SELECT epoch FROM lease WHERE name = ?')
  const advance = command(db, 'UPDATE feed_head SET seq = ?')
  const addChange = command(db, 'INSERT INTO feed(seq, n, mutation, id, kind, version, ruling) VALUES (?, ?, ?, ?, ?, ?, ?)')
  const addEffect = command(db, 'INSERT INTO outbox(id, mutation, topic, due_at, attempts, held_until, body) VALUES (?, ?, ?, ?, 0, 0, ?)')
  const after = changesQuery(db)
  return {
    leaseEpoch: name => epoch.one(name)?.[0],
    addFeed(mutation, position, changes) {
      advance(position)
      const origin = toBlob(mutation)
      for (const [n, { id, kind, version, ruling }] of changes.entries())
        addChange(position, n, origin, toBlob(id), kind, version, ruling ? 1 : 0)
      // A mutation that changed no record (material or effects alone) is found by its id all the same.
      if (changes.length === 0) addChange(position, 0, origin, nobody, 0, 0, 0)
    },
    addEffect: ({ topic, body, dueAt }, { mutation, place }) =>
      void addEffect(`${mutation}-${place}`, toBlob(mutation), topic, dueAt ?? null, body),
    changesAfter: position => after.all(position).map(toChange),
  }
}

/** Throws where the feed no longer reaches back to that position: nobody may take a part of the news for all of it. */
export function changesQuery(db: DatabaseSync): { readonly all: (after: number) => readonly ChangeCells[] } {
  const after = query<ChangeCells>(db, `SELECT ${changeColumns} FROM feed WHERE seq > ? AND length(id) > 0 ORDER BY seq, n`)
  const oldest = query<readonly [number | null]>(db, 'SELECT min(seq) FROM feed')
  return {
    all(position) {
      if ((oldest.one()?.[0] ?? 0) > position + 1) throw new Error(`the feed no longer holds position ${position + 1}`)
      return after.all(position)
    },
  }
}
