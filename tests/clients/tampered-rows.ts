// What someone with the database file in hand may do to it; each knows what it did, so that it can be undone.
import assert from 'node:assert/strict'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'

type Row = Readonly<Record<string, SQLOutputValue>>
type Table = 'record' | 'audit'

export interface Tampering {
  readonly title: string
  readonly because: RegExp
  /** Number of the audit's row that is bad; absent where a record is, and the row that wrote it last is meant. */
  readonly firstBad?: (batches: readonly Row[]) => number
  readonly change: (on: Tampered) => void
}

export interface Tampered {
  readonly records: readonly Row[]
  /** Of the one node, in order. */
  readonly batches: readonly Row[]
  /** A record as it is in an older copy of the database, and here no more. */
  readonly older: Row
  readonly put: (table: Table, row: Row) => void
  readonly remove: (table: Table, row: Row) => void
}

const numberIn = (row: Row | undefined, column: string): number => {
  const value = row?.[column]
  assert(typeof value === 'number', `${column} is a number`)
  return value
}
const bytesIn = (row: Row, column: string): Uint8Array => {
  const value = row[column]
  assert(value instanceof Uint8Array, `${column} is a blob`)
  return value
}
const at = (rows: readonly Row[], place: number): Row => {
  const row = rows.at(place)
  assert(row !== undefined, `there is a row ${place}`)
  return row
}
const seqAt = (place: number) => (batches: readonly Row[]) => numberIn(at(batches, place), 'seq')

const flipped = (row: Row): Row => {
  const body = Uint8Array.from(bytesIn(row, 'body'))
  const middle = Math.floor(body.length / 2)
  body[middle] = (body[middle] ?? 0) ^ 1
  return { ...row, body }
}

/** All but its place: what an attacker exchanges to change the order. */
const movedTo = (row: Row, place: Row): Row => ({ ...row, seq: place['seq'] ?? null })

export const tamperings: readonly Tampering[] = [
  {
    title: 'a record was edited',
    because: /the record was changed: it does not open/,
    change: ({ records, put }) => put('record', flipped(at(records, -1))),
  },
  {
    title: 'a record was deleted',
    because: /the record is gone, and no row of the audit removed it/,
    change: ({ records, remove }) => remove('record', at(records, -1)),
  },
  {
    title: 'a record was put back to an older version of itself',
    because: /the record is version 1, the audit wrote version 2 last/,
    change: ({ older, put }) => put('record', older),
  },
  {
    title: 'a row of the audit was edited',
    because: /a row was changed: it does not open/,
    firstBad: seqAt(2),
    change: ({ batches, put }) => put('audit', flipped(at(batches, 2))),
  },
  {
    title: 'a row of the audit was removed',
    because: /rows? .*gone|rows are not those that the log names/,
    firstBad: seqAt(2),
    change: ({ batches, remove }) => remove('audit', at(batches, 2)),
  },
  {
    title: 'two rows of the audit changed places',
    because: /a row was changed: it does not open|row .* stands where/,
    firstBad: seqAt(2),
    change({ batches, put }) {
      const [one, two] = [at(batches, 2), at(batches, 3)]
      put('audit', movedTo(two, one))
      put('audit', movedTo(one, two))
    },
  },
]

const keyOf: Readonly<Record<Table, readonly string[]>> = { record: ['id'], audit: ['node', 'seq'] }

/** Does it to a database, which may be in use; the answer undoes it. */
export function tamper(
  database: string,
  olderDatabase: string,
  { change }: Tampering,
): { readonly undo: () => void; readonly batches: readonly Row[] } {
  using db = new DatabaseSync(database, { timeout: 5_000 })
  const records = rowsOf(db, 'SELECT * FROM record ORDER BY ord')
  const batches = rowsOf(db, 'SELECT * FROM audit ORDER BY node, seq')
  const before: { readonly table: Table; readonly row: Row }[] = []
  const remember = (table: Table, row: Row): void => {
    const [was] = rowsOf(db, `SELECT * FROM ${table} WHERE ${where(table)}`, keysOf(table, row))
    if (was !== undefined) before.push({ table, row: was })
  }
  db.exec('BEGIN IMMEDIATE')
  change({
    records,
    batches,
    older: changedSince(records, olderDatabase),
    put(table, row) {
      remember(table, row)
      insert(db, table, row)
    },
    remove(table, row) {
      remember(table, row)
      db.prepare(`DELETE FROM ${table} WHERE ${where(table)}`).run(...keysOf(table, row))
    },
  })
  db.exec('COMMIT')
  return {
    batches,
    undo() {
      using again = new DatabaseSync(database, { timeout: 5_000 })
      for (const { table, row } of before) insert(again, table, row)
    },
  }
}

/** A record that has both a first and a second version. */
function changedSince(records: readonly Row[], olderDatabase: string): Tampered['older'] {
  using db = new DatabaseSync(olderDatabase, { readOnly: true })
  for (const now of records.filter(row => row['version'] === 2)) {
    const [before] = rowsOf(db, 'SELECT * FROM record WHERE id = ? AND version = 1', [now['id'] ?? null])
    if (before !== undefined) return before
  }
  throw new Error('no record was changed since the older copy')
}

const rowsOf = (db: DatabaseSync, sql: string, parameters: readonly SQLOutputValue[] = []): readonly Row[] =>
  db.prepare(sql).all(...parameters)

const where = (table: Table): string => keyOf[table].map(column => `${column} = ?`).join(' AND ')
const keysOf = (table: Table, row: Row): readonly SQLOutputValue[] => keyOf[table].map(column => row[column] ?? null)

function insert(db: DatabaseSync, table: Table, row: Row): void {
  const values = Object.values(row)
  db.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${values.map(() => '?').join(', ')})`).run(...values)
}
