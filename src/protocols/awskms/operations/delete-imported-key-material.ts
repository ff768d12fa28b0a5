import { deleteImportedMaterial } from '#domain/account-keys/import/remove-material.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, materialId } from '#protocols/awskms/members.ts'

export const deleteImportedKeyMaterialOperation = awsOperation({
  name: 'DeleteImportedKeyMaterial',
  permissions: ['accountKey.deleteMaterial'],
  body: { amzJson: structure({ KeyId: keyId, KeyMaterialId: optional(materialId) }) },
  trail: { parameters: ['keyId', 'keyMaterialId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.deleteMaterial', id: body.KeyId })
    const deleted = await deleteImportedMaterial(context, call, { ...asked, materialId: body.KeyMaterialId })
    return amzJson({ KeyId: keyArn(asked.key.value), KeyMaterialId: deleted })
  },
})
