import { importKeyMaterial } from '#domain/account-keys/import/import-key-material.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { factsOf, requestFact } from '#domain/account-keys/key-facts.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { blob, enumOf, optional, structure, text, timestamp } from '#protocols/aws/schemas.ts'
import { isoTime } from '#protocols/aws/times.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { ciphertext, invalid } from '#protocols/awskms/crypto-members.ts'
import { keyId, materialId } from '#protocols/awskms/members.ts'

export const importKeyMaterialOperation = awsOperation({
  name: 'ImportKeyMaterial',
  permissions: ['accountKey.importMaterial'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      ImportToken: blob({ min: 1, max: 6144 }),
      EncryptedKeyMaterial: ciphertext,
      ValidTo: optional(timestamp),
      ExpirationModel: optional(enumOf(['KEY_MATERIAL_EXPIRES', 'KEY_MATERIAL_DOES_NOT_EXPIRE'])),
      ImportType: optional(enumOf(['NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL'])),
      KeyMaterialDescription: optional(text({ max: 256, pattern: String.raw`^[a-zA-Z0-9:/_\s.-]+$` })),
      KeyMaterialId: optional(materialId),
    }),
  },
  trail: {
    parameters: ({ KeyId, ValidTo, ExpirationModel, ImportType, KeyMaterialDescription, KeyMaterialId }) => ({
      keyId: KeyId,
      ...(ValidTo !== undefined && { validTo: isoTime(ValidTo) }),
      expirationModel: ExpirationModel,
      importType: ImportType,
      keyMaterialDescription: KeyMaterialDescription,
      keyMaterialId: KeyMaterialId,
    }),
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, ValidTo: validTo, ExpirationModel: model = 'KEY_MATERIAL_EXPIRES' } = body
    if (model === 'KEY_MATERIAL_EXPIRES' && validTo === undefined)
      throw invalid('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES.')
    if (model === 'KEY_MATERIAL_DOES_NOT_EXPIRE' && validTo !== undefined)
      throw invalid('A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE.')
    const facts = factsOf(
      requestFact('kms:expirationmodel', model),
      validTo === undefined ? () => undefined : requestFact('kms:validto', isoTime(validTo)),
    )
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.importMaterial', id, facts })
    const imported = await importKeyMaterial(context, call, {
      ...asked,
      token: body.ImportToken,
      wrapped: body.EncryptedKeyMaterial,
      validTo,
      as: body.ImportType && importTypes[body.ImportType],
      description: body.KeyMaterialDescription,
      materialId: body.KeyMaterialId,
    })
    return amzJson({ KeyId: keyArn(asked.key.value), KeyMaterialId: imported })
  },
})

const importTypes = { NEW_KEY_MATERIAL: 'new', EXISTING_KEY_MATERIAL: 'existing' } as const
