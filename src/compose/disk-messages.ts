import { z } from 'zod'
import { compartmentId, millis, type Bytes } from '#model/brands.ts'
import type { OpenLyingDisk } from '#ports/disk-bytes.ts'
import type { OpenDisk } from '#ports/export-control.ts'

// What the two sides of the disk plane say to each other over the worker's message port. A request carries a number that its answer repeats.
// Parsed on arrival: the type of a message is proved, not assumed.

const openRequest = z.strictObject({ name: z.string(), reason: z.enum(['negotiation', 'reopen']) })

const openLayer = z.strictObject({ dekId: z.string(), dek: z.instanceof(Uint8Array), cipher: z.literal('aes-256-xts') })

const openDisk = z.strictObject({
  diskId: z.string(),
  sizeBytes: z.int().positive(),
  readOnly: z.boolean(),
  epoch: z.int().nonnegative(),
  lineage: z.string().optional(),
  layers: z.array(openLayer).readonly(),
  lease: z.instanceof(SharedArrayBuffer),
})

const openAnswer = z.union([
  z.strictObject({ disk: openDisk }),
  z.strictObject({ refused: z.enum(['unknown', 'policy', 'unavailable']), why: z.string() }),
])

const lyingDisk = {
  diskId: z.string(),
  dekIds: z.array(z.string()).readonly(),
  epoch: z.int().nonnegative(),
  lineage: z.string().exactOptional(),
  sizeBytes: z.int().positive(),
}
const openLyingDisk = z.strictObject({ ...lyingDisk, deks: z.array(z.instanceof(Uint8Array)).readonly() })
const compartment = z.string().transform(compartmentId)

/** What was asked for beside its being done. */
const results = {
  next: z.int().nonnegative().optional(),
  unconfirmed: z
    .array(z.strictObject({ diskId: z.string(), compartment, since: z.number().transform(millis) }))
    .readonly()
    .optional(),
}

/** From the program of the disks. */
export const fromDisks = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('listening') }),
  z.strictObject({ say: z.literal('open'), id: z.int(), request: openRequest }),
  z.strictObject({
    say: z.literal('report'),
    id: z.int(),
    name: z.string(),
    what: z.enum(['suspended', 'resumed', 'closed']),
    why: z.string(),
  }),
  z.strictObject({ say: z.literal('done'), id: z.int(), error: z.string().optional(), ...results }),
  z.strictObject({
    say: z.literal('log'),
    level: z.enum(['info', 'warn', 'error']),
    event: z.string(),
    cause: z.string(),
    disk: z.string(),
  }),
])
export type FromDisks = z.output<typeof fromDisks>

/** To the program of the disks. */
export const toDisks = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('opened'), id: z.int(), answer: openAnswer }),
  z.strictObject({ say: z.literal('failed'), id: z.int() }),
  z.strictObject({ say: z.literal('reported'), id: z.int() }),
  z.strictObject({ say: z.literal('offer'), id: z.int(), name: z.string() }),
  z.strictObject({ say: z.literal('close'), id: z.int(), name: z.string(), why: z.string() }),
  z.strictObject({ say: z.literal('remove'), id: z.int(), diskId: z.string() }),
  z.strictObject({
    say: z.literal('fork'),
    id: z.int(),
    from: z.strictObject(lyingDisk),
    to: z.strictObject({ diskId: z.string(), compartment }),
  }),
  z.strictObject({ say: z.literal('recrypt'), id: z.int(), source: openLyingDisk, target: openLyingDisk, from: z.int().nonnegative() }),
  z.strictObject({ say: z.literal('confirm'), id: z.int(), diskId: z.string() }),
  z.strictObject({ say: z.literal('unconfirmed'), id: z.int() }),
  z.strictObject({ say: z.literal('stop'), id: z.int() }),
])
export type ToDisks = z.output<typeof toDisks>

export const disksStart = z.strictObject({ dataDir: z.string(), socketPath: z.string() })

/** Every DEK in memory of its own, so that a message moves it: the sender's array is empty afterwards. */
export function movable(disk: OpenDisk): { readonly disk: OpenDisk; readonly moved: readonly ArrayBuffer[] } {
  const moved: ArrayBuffer[] = []
  const layers = disk.layers.map(layer => ({ dekId: layer.dekId, dek: movedTo(moved, layer.dek), cipher: layer.cipher }))
  const { diskId, sizeBytes, readOnly, epoch, lineage, lease } = disk
  return { disk: { diskId, sizeBytes, readOnly, epoch, lineage, layers, lease }, moved }
}

/** The same for disks that are not exported. */
export function movableLying(disk: OpenLyingDisk) {
  const moved: ArrayBuffer[] = []
  return { disk: { ...disk, deks: disk.deks.map(dek => movedTo(moved, dek)) }, moved } as const
}

function movedTo(moved: ArrayBuffer[], dek: Bytes): Uint8Array<ArrayBuffer> {
  const own = new Uint8Array(dek.length)
  own.set(dek)
  dek.fill(0)
  moved.push(own.buffer)
  return own
}
