import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Place } from '#ports/record-store.ts'
import type { DeletedObject } from './records.ts'

/** What was deleted, for as long as it can be had back; whoever calls removes the object itself. Memberships stay: they name nobody meanwhile. */
export function keepDeleted(context: Needs<'deletedObjects'>, call: Call, object: DeletedObject['object']): void {
  const { id, tenantId } = object.value
  context.deletedObjects.create(call, compartmentOfGuid(tenantId), { path: [id], value: { tenantId, deletedAt: call.at, object } })
}

/** A material under another record: sealed for its new place, gone from the old one. */
export async function moveMaterial(
  context: Needs<'store' | 'ground'>,
  call: Call,
  { from, to }: { readonly from: Place; readonly to: Place },
): Promise<void> {
  const { barrier } = context.ground
  const stored = await context.store.material(from)
  call.materials.push({ removeOf: from.id })
  if (stored === undefined) return
  using opened = barrier.openMaterial(from, stored)
  call.materials.push({ place: to, material: barrier.sealMaterial(to, opened.bytes) })
}
