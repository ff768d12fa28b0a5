import type { CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { BytesName } from '#ports/object-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { digesting, type DigestName, type Digests } from './digests.ts'
import type { HeldBucket } from './find-bucket.ts'
import { writeBytes, type Plaintext } from './object-bytes.ts'
import type { NewKeys } from './object-keys.ts'
import { sealShort, shortBytesMax, type ShortNeeds, type ShortPlace } from './short-bytes.ts'

/** Bytes on their way in, read once and not before somebody may. */
export interface Incoming extends Plaintext {
  readonly digests: readonly DigestName[]
  /** Asked when all have come: what it raises leaves nothing of them. */
  check?(received: Received): void
}

export interface Received {
  readonly size: number
  readonly digests: Digests
}

export interface Stored extends Received {
  readonly id: string
  /** They are staged with the record of their object, instead of lying in the store of bytes. */
  readonly short: boolean
}

export type ReceivingNeeds = ShortNeeds & Needs<'objectStore' | 'log'>

export interface Receiving {
  readonly bucket: HeldBucket
  readonly under: NewKeys
  readonly incoming: Incoming
  /** Name of the object whose record is changed in this call; absent where they may be long. */
  readonly of?: string
}

/**
 * Seals them under their keys, once for all tries of the call: short ones to be committed with their record, others into the store of bytes. What
 * was written there is unconfirmed until the answer of a committed call leaves: of a call that ends otherwise it is left to the reaper. Raises
 * `Busy` where a later try would take another key than the first did.
 */
export async function receiveBytes(context: ReceivingNeeds, call: Call, { bucket, under, incoming, of }: Receiving): Promise<Stored> {
  const { keys, encryption } = under
  const { compartment } = bucket.value
  const by = encryption.method === 'accountKey' ? encryption.wrapped : encryption.method
  const first = await call.once('bytes', async () => {
    const id = context.ground.random.bytes(16).toHex()
    const keyed = { keys, short: of !== undefined && incoming.length <= shortBytesMax ? { compartment, key: of, id } : undefined }
    return { ...(await seal(context, { compartment, id }, { ...keyed, incoming })), by }
  })
  if (first.by !== by) throw new Problem({ code: 'Busy', details: { retryAfterSeconds: 1 } })
  const { staged, ...stored } = first
  if (staged !== undefined) call.materials.push(staged)
  else call.afterwards.push(() => void confirm(context, { compartment, id: stored.id }))
  return { ...stored, short: staged !== undefined }
}

interface Keyed {
  readonly keys: NewKeys['keys']
  readonly incoming: Incoming
  readonly short: ShortPlace | undefined
}

async function seal(
  context: ReceivingNeeds,
  name: { readonly compartment: CompartmentId; readonly id: string },
  { keys, incoming, short }: Keyed,
) {
  const { objectStore: store, ground, byteMathematics: mathematics } = context
  const digests = digesting(mathematics, incoming.digests)
  const size = incoming.length
  async function* checked() {
    yield* digests.pass(incoming.bytes)
    incoming.check?.({ size, digests: digests.digests() })
  }
  const plaintext = { length: size, bytes: checked() }
  const staged = short && (await sealShort(context, short, { keys, plaintext }))
  if (short === undefined) await writeBytes({ store, mathematics, random: ground.random }, { name, keys }, plaintext)
  return { id: name.id, size, digests: digests.digests(), staged }
}

/** A record names them: it was committed. */
async function confirm({ objectStore, log }: ReceivingNeeds, name: BytesName): Promise<void> {
  try {
    await objectStore.confirm(name)
  } catch (cause) {
    log.error('object.confirm-failed', cause, { bytes: name.id })
  }
}
