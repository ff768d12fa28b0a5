import type { KeyMaterial } from '#domain/account-keys/make-material.ts'
import { epochSeconds } from '#protocols/aws/times.ts'

const states = { current: 'CURRENT', former: 'NON_CURRENT', pendingRotation: 'PENDING_ROTATION' } as const
const kinds = { automatic: 'AUTOMATIC', onDemand: 'ON_DEMAND' } as const

/** One material of a key, as ListKeyRotations shows it. */
export function rotationEntry(arn: string, { id, state, rotation, rotatedAt, imported }: KeyMaterial): Readonly<Record<string, unknown>> {
  return {
    KeyId: arn,
    KeyMaterialId: id,
    KeyMaterialState: states[state],
    ...(imported !== undefined && {
      ImportState: imported.present ? 'IMPORTED' : 'PENDING_IMPORT',
      ...(imported.description !== undefined && { KeyMaterialDescription: imported.description }),
      ...(imported.present && {
        ExpirationModel: imported.validTo === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES',
      }),
      ...(imported.present && imported.validTo !== undefined && { ValidTo: epochSeconds(imported.validTo) }),
    }),
    ...(rotatedAt !== undefined && { RotationDate: epochSeconds(rotatedAt) }),
    ...(rotation !== undefined && { RotationType: kinds[rotation] }),
  }
}
