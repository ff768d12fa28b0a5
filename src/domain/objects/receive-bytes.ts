import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { BytesName } from '#ports/object-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { digesting, type DigestName, type Digests } from './digests.ts'
import type { HeldBucket } from './find-bucket.ts'
import { writeBytes } from './object-bytes.ts'
import type { NewKeys } from './object-keys.ts'
import { namedByRecord, type NamingNeeds } from './reap-bytes.ts'

/** Bytes on their way in, read once and not before somebody may. */
export interface Incoming {
  readonly bytes: AsyncIterable<Bytes>
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
}

export type ReceivingNeeds = NamingNeeds & Needs<'log'>

/**
 * Writes them under their keys, once for all tries of the call. Until the call is committed and seen to be, what was written is unconfirmed:
 * of a call that ends otherwise it is left to the reaper. Raises `Busy` where a later try would take another key than the first did.
 */
export async function receiveBytes(
  context: ReceivingNeeds,
  call: Call,
  { bucket, under, incoming }: { readonly bucket: HeldBucket; readonly under: NewKeys; readonly incoming: Incoming },
): Promise<Stored> {
  const { keys, encryption } = under
  const by = encryption.method === 'accountKey' ? encryption.wrapped : encryption.method
  const first = await call.once('bytes', async () => {
    const name = { compartment: bucket.value.compartment, id: context.ground.random.bytes(16).toHex() }
    const stored = await write(context, { name, keys }, incoming)
    call.defer({ [Symbol.dispose]: () => void confirmNamed(context, name) })
    return { ...stored, by }
  })
  if (first.by !== by) throw new Problem({ code: 'Busy', details: { retryAfterSeconds: 1 } })
  return first
}

async function write(
  { objectStore: store, ground: { random } }: ReceivingNeeds,
  keyed: { readonly name: BytesName; readonly keys: NewKeys['keys'] },
  incoming: Incoming,
): Promise<Stored> {
  const digests = digesting(incoming.digests)
  let size = 0
  async function* checked(): AsyncGenerator<Bytes> {
    for await (const piece of digests.pass(incoming.bytes)) {
      size += piece.length
      yield piece
    }
    incoming.check?.({ size, digests: digests.digests() })
  }
  await writeBytes({ store, random }, keyed, checked())
  return { id: keyed.name.id, size, digests: digests.digests() }
}

/** The call has ended: was what it wrote committed? */
async function confirmNamed(context: ReceivingNeeds, name: BytesName): Promise<void> {
  try {
    if (await namedByRecord(context, name)) await context.objectStore.confirm(name)
  } catch (cause) {
    context.log.error('object.confirm-failed', cause, { bytes: name.id })
  }
}
