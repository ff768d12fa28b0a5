import type { Bytes, RecordId } from '#model/brands.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { generateMaterial } from './material.ts'
import type { AccountKey } from './records.ts'
import { accountKeySpecs, type AccountKeySpec } from './specs.ts'

/** Where material of accounts' keys is made, unless a key store keeps it. */
export const defaultModule = 'software'

type KeyMaterial = AccountKey['materials'][number]

/** Where the bytes of one material of a key are: a place has 16 bytes for a version, and the first of an id that is 32 do as well. */
export const materialPlace = (id: RecordId, materialId: string): Place => ({ id, version: materialId.slice(0, 32) })

/** Makes a material of a key that stands under `id`, or will: once for all tries of the call. `materials` are those that it has already. */
export async function makeMaterial(
  { module, ground }: Needs<'module' | 'ground'>,
  call: Call,
  { id, spec, materials }: { readonly id: RecordId; readonly spec: AccountKeySpec; readonly materials: AccountKey['materials'] },
): Promise<KeyMaterial> {
  const { materialId, made } = await call.once(`material ${materials.length} of ${id}`, async () => {
    const materialId = ground.random.bytes(32).toHex()
    return {
      materialId,
      made: await generateMaterial(module(defaultModule), { spec, usage: accountKeySpecs[spec].usages[0] }, materialPlace(id, materialId)),
    }
  })
  call.materials.push({ place: materialPlace(id, materialId), material: made.material })
  return {
    id: materialId,
    state: 'current',
    module: defaultModule,
    createdAt: call.at,
    ...(made.publicKey !== undefined && { publicKey: base64(made.publicKey) }),
  }
}

const base64 = (bytes: Bytes): string => Buffer.from(bytes).toString('base64')
