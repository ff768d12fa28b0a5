import { join } from 'node:path'
import { inspectDisk } from '#adapters/files/inspect-disk.ts'
import { fileObjectStore } from '#adapters/files/object-store.ts'
import { bytesAtRest, type BytesAtRest, type BytesSource } from '#domain/inventory/bytes-at-rest.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { RecordStore } from '#ports/record-store.ts'
import { filesOf } from './data-directory.ts'

/** What lies beside the database, and whether it is what the records say. */
export interface BytesReport {
  readonly disks: number
  readonly chunks: number
  readonly objects: number
  /** The first of them: as many as a person reads. */
  readonly findings: readonly { readonly what: string; readonly because: string }[]
  /** How many there are. */
  readonly found: number
}

const toldMax = 20

type Source = BytesSource & { readonly store: Pick<RecordStore, 'scan' | 'read'> }

/** Every chunk and every object's bytes that a record names: there, whole, and its own. */
export async function checkBytes(dataDir: string, source: Source): Promise<BytesReport> {
  const objectStore = fileObjectStore(filesOf(dataDir).objects)
  const root = join(dataDir, 'disks')
  const report = { disks: 0, chunks: 0, objects: 0 }
  const findings: { what: string; because: string }[] = []
  for await (const one of bytesAtRest(source)) {
    const found = one.kind === 'disk' ? await lookAtDisk(root, one, report) : await lookAtObject(objectStore, one, report)
    // What was deleted while it was looked at is no finding.
    if (found.length > 0 && (await standsStill(source, one))) findings.push(...found)
  }
  return { ...report, findings: findings.slice(0, toldMax), found: findings.length }
}

type Counts = Record<'disks' | 'chunks' | 'objects', number>
type Findings = BytesReport['findings']

async function lookAtDisk(root: string, { disk }: Extract<BytesAtRest, { kind: 'disk' }>, counts: Counts): Promise<Findings> {
  const { chunks, findings } = await inspectDisk(root, disk)
  counts.disks += 1
  counts.chunks += chunks
  return findings.map(({ file, because }) => ({ what: `chunk ${file}`, because }))
}

async function lookAtObject(
  store: ObjectStore,
  { name, stored }: Extract<BytesAtRest, { kind: 'object' }>,
  counts: Counts,
): Promise<Findings> {
  counts.objects += 1
  const what = `object bytes ${name.compartment}/${name.id}`
  try {
    const bytes = await store.open(name)
    await bytes.close()
    return stored === undefined || stored === bytes.length
      ? []
      : [{ what, because: `they are ${bytes.length} bytes long and should have ${stored}` }]
  } catch {
    return [{ what, because: 'they are not there, or do not read' }]
  }
}

async function standsStill({ store }: Source, { record }: BytesAtRest): Promise<boolean> {
  const [row] = await store.read([record])
  return row !== undefined
}
