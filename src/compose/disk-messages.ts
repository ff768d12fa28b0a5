import { z } from 'zod'
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
  layers: z.array(openLayer).readonly(),
  lease: z.instanceof(SharedArrayBuffer),
})

const openAnswer = z.union([
  z.strictObject({ disk: openDisk }),
  z.strictObject({ refused: z.enum(['unknown', 'policy', 'unavailable']), why: z.string() }),
])

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
  z.strictObject({ say: z.literal('done'), id: z.int(), error: z.string().optional() }),
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
  z.strictObject({ say: z.literal('stop'), id: z.int() }),
])
export type ToDisks = z.output<typeof toDisks>

export const disksStart = z.strictObject({ dataDir: z.string(), socketPath: z.string() })

/** Every DEK in memory of its own, so that a message moves it: the sender's array is empty afterwards. */
export function movable(disk: OpenDisk): { readonly disk: OpenDisk; readonly moved: readonly ArrayBuffer[] } {
  const moved: ArrayBuffer[] = []
  const layers = disk.layers.map(layer => {
    const dek = new Uint8Array(layer.dek.length)
    dek.set(layer.dek)
    layer.dek.fill(0)
    moved.push(dek.buffer)
    return { dekId: layer.dekId, dek, cipher: layer.cipher }
  })
  const { diskId, sizeBytes, readOnly, epoch, lease } = disk
  return { disk: { diskId, sizeBytes, readOnly, epoch, layers, lease }, moved }
}
