import { recordIdOf } from '#model/brands.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { RecordStore, StoredRow } from '#ports/record-store.ts'
import type { NamedRecord, NamedRecords } from './named-writes.ts'
import { Tampered } from './verdict.ts'

export interface RecordsAtRest {
  readonly store: Pick<RecordStore, 'scan' | 'read' | 'materialOf' | 'compartmentKeys'>
  readonly barrier: Pick<Barrier, 'admit' | 'openRecord' | 'openMaterial'>
}

const kindsMax = 256
const page = 64

/** Each stored record is the version that the audit named last, and opens; none is missing. Answers how many there are; throws `Tampered`. */
export async function verifyRecords({ store, barrier }: RecordsAtRest, named: NamedRecords): Promise<number> {
  await admitAll({ store, barrier })
  const seen = new Set<string>()
  // A kind that nobody knows is a record that nobody may have: all numbers are looked through.
  for (let kind = 0; kind < kindsMax; kind += 1) {
    for (let rows = await store.scan(kind, { after: undefined, limit: page }); rows.length > 0; rows = await nextPage(store, kind, rows)) {
      await checkFound(store, rows, seen)
      for (const row of rows) {
        checkRow(barrier, row, named.get(row.id))
        seen.add(row.id)
      }
    }
  }
  for (const id of named.ids()) await checkNamed({ store, barrier }, { id, named, seen })
  return seen.size
}

const nextPage = (store: RecordsAtRest['store'], kind: number, rows: readonly StoredRow[]): Promise<readonly StoredRow[]> =>
  rows.length < page ? Promise.resolve([]) : store.scan(kind, { after: rows.at(-1)?.id, limit: page })

async function admitAll({ store, barrier }: RecordsAtRest): Promise<void> {
  try {
    barrier.admit(await store.compartmentKeys())
  } catch (cause) {
    throw new Tampered({ because: 'a key of a compartment was changed: it does not open' }, { cause })
  }
}

/** Requests look a record up by its id: a damaged index may hide from them what a scan still sees, or lead the scan in a circle. */
async function checkFound(store: RecordsAtRest['store'], rows: readonly StoredRow[], seen: ReadonlySet<string>): Promise<void> {
  const found = await store.read(rows.map(({ id }) => id))
  for (const [place, row] of rows.entries()) {
    if (seen.has(row.id)) throw new Tampered({ record: row.id, because: 'the record stands in two places' })
    if (!same(row, found[place])) throw new Tampered({ record: row.id, because: 'the record is another, or none, where its id leads' })
  }
}

const same = (row: StoredRow, other: StoredRow | undefined): boolean =>
  other?.kind === row.kind && other.version === row.version && other.term === row.term && Buffer.compare(other.body, row.body) === 0

function checkRow(barrier: RecordsAtRest['barrier'], row: StoredRow, known: NamedRecord | undefined): void {
  const where = { record: row.id, ...(known !== undefined && { firstBad: known.seq }) }
  if (known?.version === undefined) throw new Tampered({ ...where, because: 'no row of the audit wrote this record' })
  if (known.version !== row.version)
    throw new Tampered({ ...where, because: `the record is version ${row.version}, the audit wrote version ${known.version} last` })
  try {
    barrier.openRecord(row, row)
  } catch (cause) {
    throw new Tampered({ ...where, because: 'the record was changed: it does not open' }, { cause })
  }
}

interface Named {
  readonly id: string
  readonly named: NamedRecords
  readonly seen: ReadonlySet<string>
}

async function checkNamed({ store, barrier }: RecordsAtRest, { id, named, seen }: Named): Promise<void> {
  const known = named.get(id)
  if (known === undefined) return
  const where = { record: id, firstBad: known.seq }
  if (known.version !== undefined && !seen.has(id))
    throw new Tampered({ ...where, because: 'the record is gone, and no row of the audit removed it' })
  if (known.materials.size > 0) await checkMaterials({ store, barrier }, { where, known })
}

interface Materials {
  readonly where: { readonly record: string; readonly firstBad: number }
  readonly known: NamedRecord
}

async function checkMaterials({ store, barrier }: RecordsAtRest, { where, known }: Materials): Promise<void> {
  const id = recordIdOf(where.record)
  const stored = await store.materialOf(id)
  for (const { version, material } of stored) {
    if (!known.materials.has(version)) throw new Tampered({ ...where, because: 'the record has material that no row of the audit wrote' })
    try {
      using _ = barrier.openMaterial({ id, version }, material)
    } catch (cause) {
      throw new Tampered({ ...where, because: 'material of the record was changed: it does not open' }, { cause })
    }
  }
  if (stored.length < known.materials.size) throw new Tampered({ ...where, because: 'material of the record is gone' })
}
