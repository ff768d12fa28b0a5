import type { z } from 'zod'
import { compartmentOf, type CompartmentId, type RecordId } from '#model/brands.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { BytesName } from '#ports/object-store.ts'
import type { LyingDisk } from '#ports/disk-bytes.ts'
import type { RecordStore, StoredRow } from '#ports/record-store.ts'
import { disks } from '#domain/disks/records.ts'
import { chunkCount, headerBytes, sealedChunkBytes } from '#domain/objects/byte-seal.ts'
import { objects, objectVersions, uploadParts, type ObjectVersion } from '#domain/objects/records.ts'
import { isShort } from '#domain/objects/short-bytes.ts'
import type { AnyFamily, Family } from '#domain/records/family.ts'
import { kinds } from '#domain/records/kinds.ts'
import { openRow } from '#domain/records/view.ts'
import { lyingDisk } from '#domain/volumes/stored-bytes.ts'
import { volumes } from '#domain/volumes/records.ts'
import { snapshots } from '#domain/volumes/snapshot-records.ts'

/** Bytes that lie beside the database, and the record that names them. */
export type BytesAtRest =
  | { readonly kind: 'disk'; readonly record: RecordId; readonly compartment: CompartmentId; readonly disk: LyingDisk }
  /** `stored`: how long they are as ciphertext; absent of a part of an upload, whose layers its upload knows. */
  | { readonly kind: 'object'; readonly record: RecordId; readonly name: BytesName; readonly stored?: number }

export interface BytesSource {
  readonly store: Pick<RecordStore, 'scan'>
  readonly barrier: Pick<Barrier, 'openRecord'>
}

const page = 64

/** Everything that a record says lies beside the database: chunks of disks, volumes and snapshots, bytes of objects. Reads page by page, of the moment of each. */
export async function* bytesAtRest(source: BytesSource): AsyncGenerator<BytesAtRest> {
  for (const { family, of } of named)
    for await (const row of rowsOf(source, family)) yield* of(row, openRow(source.barrier, family, row).value)
}

async function* rowsOf({ store }: BytesSource, family: AnyFamily): AsyncGenerator<StoredRow> {
  let after: RecordId | undefined
  for (;;) {
    const rows = await store.scan(kinds[family.name], { after, limit: page })
    yield* rows
    if (rows.length < page) return
    after = rows.at(-1)?.id
  }
}

interface Named {
  readonly family: AnyFamily
  readonly of: (row: StoredRow, value: unknown) => readonly BytesAtRest[]
}

function naming<T, P extends readonly string[]>(family: Family<T, P>, of: (row: StoredRow, value: T) => readonly BytesAtRest[]): Named {
  const schema: z.ZodType<T> = family.schema
  return { family: forgotten(family), of: (row, value) => of(row, schema.parse(value)) }
}

/** What opening a row needs of a family, without its types. */
const forgotten = <T, P extends readonly string[]>({ name, schema, format, residency, ruling }: Family<T, P>): AnyFamily => ({
  name,
  schema,
  format,
  residency,
  ruling,
})

const aDisk = ({ id }: StoredRow, disk: LyingDisk): readonly BytesAtRest[] => [
  { kind: 'disk', record: id, compartment: compartmentOf(id), disk },
]

function ofVersion({ id }: StoredRow, { pieces, encryption }: ObjectVersion): readonly BytesAtRest[] {
  const layers = encryption.method === 'accountKey' ? encryption.layers : 1
  const overhead = (size: number): number => headerBytes + chunkCount(size) * (sealedChunkBytes(layers) - sealedChunkBytes(0))
  const stored = pieces.filter(piece => !isShort(piece))
  return stored.map(piece => ({
    kind: 'object',
    record: id,
    name: { compartment: compartmentOf(id), id: piece.id },
    stored: piece.size + overhead(piece.size),
  }))
}

const named: readonly Named[] = [
  naming(disks, (row, { diskId, layers, epoch, sizeBytes }) =>
    aDisk(row, { diskId, dekIds: layers.map(({ dekId }) => dekId), epoch, sizeBytes }),
  ),
  naming(volumes, (row, volume) => aDisk(row, lyingDisk(volume))),
  naming(snapshots, (row, snapshot) => aDisk(row, lyingDisk(snapshot))),
  naming(objects, ofVersion),
  naming(objectVersions, ofVersion),
  naming(uploadParts, ({ id }, { bytes }) => [{ kind: 'object', record: id, name: { compartment: compartmentOf(id), id: bytes } }]),
]
