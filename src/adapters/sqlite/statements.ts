import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** A row as it is read: columns in the order of the SELECT. */
export type Cells = readonly (null | number | string | Uint8Array)[]

export interface Query<Row extends Cells> {
  one(...parameters: readonly SQLInputValue[]): Row | undefined
  all(...parameters: readonly SQLInputValue[]): readonly Row[]
}

/** Prepared once; `STRICT` tables keep the columns to the types that `Row` names. */
export function query<Row extends Cells>(db: DatabaseSync, sql: string): Query<Row> {
  const statement = db.prepare(sql)
  statement.setReturnArrays(true)
  return {
    one: (...parameters) => statement.get(...parameters) as unknown as Row | undefined,
    all: (...parameters) => statement.all(...parameters) as unknown as readonly Row[],
  }
}

/** Prepared once; answers how many rows it touched. */
export function command(db: DatabaseSync, sql: string): (...parameters: readonly SQLInputValue[]) => number {
  const statement = db.prepare(sql)
  return (...parameters) => Number(statement.run(...parameters).changes)
}
