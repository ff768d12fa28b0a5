import type { KeyMaterial } from '#domain/account-keys/make-material.ts'
import { epochSeconds } from '#protocols/aws/times.ts'

const states = { current: 'CURRENT', former: 'NON_CURRENT', pendingRotation: 'PENDING_ROTATION' } as const
const kinds = { automatic: 'AUTOMATIC', onDemand: 'ON_DEMAND' } as const

/** One material of a key, as ListKeyRotations shows it. `waits`: for replicas that were not brought what is pending. */
export function rotationEntry(
  { arn, waits }: { readonly arn: string; readonly waits: boolean },
  { id, state, rotation, rotatedAt, imported }: KeyMaterial,
): Readonly<Record<string, unknown>> {
  return {
    KeyId: arn,
    KeyMaterialId: id,
    KeyMaterialState: waits && state === 'pendingRotation' ? 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION' : states[state],
    ...(imported !== undefined && importOf(imported)),
    ...(rotatedAt !== undefined && { RotationDate: epochSeconds(rotatedAt) }),
    ...(rotation !== undefined && { RotationType: kinds[rotation] }),
  }
}

function importOf({ present, validTo, description }: NonNullable<KeyMaterial['imported']>): Readonly<Record<string, unknown>> {
  const said = description !== undefined && { KeyMaterialDescription: description }
  if (!present) return { ImportState: 'PENDING_IMPORT', ...said }
  const expiration =
    validTo === undefined
      ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
      : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: epochSeconds(validTo) }
  return { ImportState: 'IMPORTED', ...said, ...expiration }
}
