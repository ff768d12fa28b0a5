// Bytes of volumes and snapshots as they lie there, and the data keys that are the platform's.
import assert from 'node:assert/strict'
import type { RecordId } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { NewDisk } from '#ports/block-store.ts'
import type { LyingDisk } from '#ports/disk-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

export const gibibyte = 2 ** 30

interface Stored {
  readonly diskId: string
  readonly dekId: string
  readonly lineage?: string | undefined
  readonly sizeGiB: number
}

/** Nobody but this node serves them: they have no epochs. */
export const volumeEpoch = 1

export const lyingDisk = ({ diskId, dekId, lineage, sizeGiB }: Stored): LyingDisk => ({
  diskId,
  dekIds: [dekId],
  epoch: volumeEpoch,
  sizeBytes: sizeGiB * gibibyte,
  ...(lineage !== undefined && { lineage }),
})

/** The disk that its chunks' headers name: what is forked of it has that name too. */
export const lineageOf = ({ diskId, lineage = diskId }: Stored): string => lineage

/** Begins another disk with its bytes as they are now; they are taken once for all tries, and confirmed when the record that names them is there. */
export async function forkBytes(
  context: Needs<'diskBytes' | 'log'>,
  call: Call,
  { from, to }: { readonly from: Stored; readonly to: NewDisk },
): Promise<void> {
  await call.once(`bytes of ${to.diskId}`, async () => context.diskBytes.fork(lyingDisk(from), to))
  call.afterwards.push(() => {
    context.diskBytes.confirm(to.diskId).catch((cause: unknown) => {
      context.log.error('disk.confirm-failed', cause, { disk: to.diskId })
    })
  })
}

interface PlatformKeyed {
  readonly id: RecordId
  readonly dekId: string
}

/** The caller disposes of it. */
export async function platformDek(context: Needs<'store' | 'ground'>, { id, dekId }: PlatformKeyed): Promise<SecretBytes> {
  const place = { id, version: dekId }
  const material = await context.store.material(place)
  assert(material !== undefined, 'a disk without its data key')
  return context.ground.barrier.openMaterial(place, material)
}

/** The same data key for one more record. */
export async function sharePlatformDek(
  context: Needs<'store' | 'ground'>,
  call: Call,
  { from, to }: { readonly from: PlatformKeyed; readonly to: RecordId },
): Promise<void> {
  using dek = await platformDek(context, from)
  const place = { id: to, version: from.dekId }
  call.materials.push({ place, material: context.ground.barrier.sealMaterial(place, dek.bytes) })
}
