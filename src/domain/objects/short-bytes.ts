// Short objects lie with their record, as its material: written with it in one commit, of which the audit and the rotation of keys know. A file
// would be a sync of its own, and a dozen ways to another thread and back.
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { CompartmentId, Bytes } from '#model/brands.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { LayerKeys } from './byte-seal.ts'
import { openSealedBytes, sealBytes, type Plaintext } from './object-bytes.ts'
import type { ObjectVersion, Piece } from './records.ts'

/** Four pages of the store of records. */
export const shortBytesMax = 16 * 1024

export type ShortNeeds = Needs<'objects' | 'ground' | 'byteMathematics'>

/** Where an object of this name keeps the short runs of its versions, for as long as there is a record of any of them. */
export interface ShortPlace {
  readonly compartment: CompartmentId
  readonly key: string
  /** Of the run. */
  readonly id: string
}

const placeOf = ({ objects }: Needs<'objects'>, { compartment, key, id }: ShortPlace): Place => ({
  id: objects.idOf(compartment, [key]),
  version: id,
})

/** What is staged with the record: encrypted under the object's keys, as anywhere, and then as all material is. */
export async function sealShort(
  context: ShortNeeds,
  at: ShortPlace,
  { keys, plaintext }: { readonly keys: LayerKeys; readonly plaintext: Plaintext },
): Promise<Extract<Call['materials'][number], { readonly place: Place }>> {
  const { byteMathematics: mathematics, ground } = context
  const place = placeOf(context, at)
  const run = await sealBytes({ mathematics, random: ground.random }, { name: at, keys }, plaintext)
  return { place, material: ground.barrier.sealMaterial(place, run) }
}

/** Throws where it is not what was kept there: changed, or gone since the record was read, which makes the call run again. */
export async function openShort(context: ShortNeeds & Needs<'store'>, at: ShortPlace, keys: LayerKeys): Promise<Bytes> {
  const place = placeOf(context, at)
  const material = await context.store.material(place)
  if (material === undefined) throw new Error(`no bytes ${at.id}`)
  using run: SecretBytes = context.ground.barrier.openMaterial(place, material)
  return Uint8Array.from(openSealedBytes(context.byteMathematics, { name: at, keys }, run.bytes))
}

/** Those of a version that goes. */
export function dropShort(
  context: Needs<'objects'>,
  call: Call,
  { compartment, value }: { readonly compartment: CompartmentId; readonly value: ObjectVersion },
): void {
  for (const { id } of value.pieces.filter(isShort))
    call.materials.push({ removeAt: placeOf(context, { compartment, key: value.key, id }) })
}

export const isShort = ({ short }: Piece): boolean => short === true
