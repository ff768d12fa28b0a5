import { compartmentId, millis, sealed, type CompartmentId, type Sealed } from '#model/brands.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Call } from '#domain/call.ts'

/** Outbox topic: runs of bytes that no record names any more. The ids are random and say nothing: they travel in the clear. */
export const bytesRemovedTopic = 'objectBytesRemoved'
/** Whoever was answered before reads to the end what he was promised. */
const lingerMs = 60_000
/** Ids of one row. */
const idsMax = 1_000

/** Their records go with the commit, and with them what opens them; the bytes themselves after it. */
export function dropBytes(call: Call, compartment: CompartmentId, ids: readonly string[]): void {
  for (let at = 0; at < ids.length; at += idsMax) rowOf(call, [compartment, ...ids.slice(at, at + idsMax)])
}

/** All of a bucket that is gone. */
export const dropCompartment = (call: Call, compartment: CompartmentId): void => rowOf(call, [compartment])

function rowOf(call: Call, names: readonly string[]): void {
  const body = sealed(new TextEncoder().encode(names.join(' ')))
  call.effects.push({ topic: bytesRemovedTopic, body, dueAt: millis(call.at + lingerMs) })
}

/** Consumer of the topic; bears being called twice. */
export async function removeDropped(store: ObjectStore, body: Sealed): Promise<void> {
  const [first = '', ...ids] = new TextDecoder().decode(body).split(' ')
  const compartment = compartmentId(first)
  if (ids.length === 0) await store.removeAll(compartment)
  for (const id of ids) await store.remove({ compartment, id })
}
