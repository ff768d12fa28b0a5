import type { KeySpec } from '#crypto/key-specs.ts'
import type { MlDsaSpec } from '#crypto/ml-dsa.ts'
import type { Bytes, RecordId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { CryptoModule, MadeKey } from '#ports/crypto-module.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { AccountKey } from './records.ts'
import type { AccountKeySpec } from './specs.ts'

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
    return { materialId, made: await generate(module(defaultModule), spec, materialPlace(id, materialId)) }
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

type Making = (module: CryptoModule, place: Place) => Promise<MadeKey>

const pair =
  (spec: KeySpec): Making =>
  async (module, place) =>
    module.generate(spec, place)
const mlDsa =
  (spec: MlDsaSpec): Making =>
  async (module, place) =>
    module.generateMlDsa(spec, place)

const makings: { readonly [S in AccountKeySpec]?: Making } = {
  SYMMETRIC_DEFAULT: async (module, place) => module.generateSymmetric('oct-256', place),
  RSA_2048: pair('RSA-2048'),
  RSA_3072: pair('RSA-3072'),
  RSA_4096: pair('RSA-4096'),
  ECC_NIST_P256: pair('P-256'),
  ECC_NIST_P384: pair('P-384'),
  ECC_NIST_P521: pair('P-521'),
  ECC_SECG_P256K1: pair('P-256K'),
  ML_DSA_44: mlDsa('ML-DSA-44'),
  ML_DSA_65: mlDsa('ML-DSA-65'),
  ML_DSA_87: mlDsa('ML-DSA-87'),
}

async function generate(module: CryptoModule, spec: AccountKeySpec, place: Place): Promise<MadeKey> {
  const make = makings[spec]
  if (make === undefined)
    throw new Problem({ code: 'KeyOperationUnsupported', details: { message: `Keys of the spec ${spec} are not made here.` } })
  return make(module, place)
}
