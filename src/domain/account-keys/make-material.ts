import type { RecordId } from '#model/brands.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { generateMaterial, type SpecAndUsage } from './material.ts'
import type { AccountKey } from './records.ts'

/** Where material of accounts' keys is made, unless a key store keeps it. */
export const defaultModule = 'software'

export type KeyMaterial = AccountKey['materials'][number]

/** A material that is new in this call: what its key says of it, and its bytes in their place. */
export interface MadeMaterial {
  readonly described: KeyMaterial
  readonly place: Place
  readonly material: Material
}

/** Where the bytes of one material of a key are: a place has 16 bytes for a version, and the first of an id that is 32 do as well. */
export const materialPlace = (id: RecordId, materialId: string): Place => ({ id, version: materialId.slice(0, 32) })

/** Makes a material of a key that stands under `id`, or will: once for all tries of the call. `materials` are those that it has already. */
export async function makeMaterial(
  { module, ground }: Needs<'module' | 'ground'>,
  call: Call,
  { id, materials, ...kind }: SpecAndUsage & { readonly id: RecordId; readonly materials: AccountKey['materials'] },
): Promise<MadeMaterial> {
  const { materialId, made } = await call.once(`material ${materials.length} of ${id}`, async () => {
    const materialId = ground.random.bytes(32).toHex()
    return { materialId, made: await generateMaterial(module(defaultModule), kind, materialPlace(id, materialId)) }
  })
  const place = materialPlace(id, materialId)
  const { material, publicKey } = made
  call.materials.push({ place, material })
  const described: KeyMaterial = {
    id: materialId,
    state: 'current',
    module: defaultModule,
    createdAt: call.at,
    ...(publicKey !== undefined && { publicKey: Buffer.from(publicKey).toString('base64') }),
  }
  return { described, place, material }
}

/** The same bytes under the key of another Region, sealed for their place there. */
export function shareMaterial(
  { module }: Needs<'module'>,
  call: Call,
  { made, with: id }: { readonly made: MadeMaterial; readonly with: RecordId },
): void {
  const own = module(made.described.module)
  const place = materialPlace(id, made.described.id)
  using bytes = own.backUp(made.place, made.material)
  call.materials.push({ place, material: own.restore(place, bytes) })
}
