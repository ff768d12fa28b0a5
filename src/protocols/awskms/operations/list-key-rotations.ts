import { keyArn } from '#domain/account-keys/key-arn.ts'
import { waitsForReplicas } from '#domain/account-keys/regions/related-keys.ts'
import { listRotations } from '#domain/account-keys/rotate-account-key.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, optional, structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'
import { rotationEntry } from '#protocols/awskms/rotation-entry.ts'

export const listKeyRotationsOperation = awsOperation({
  name: 'ListKeyRotations',
  permissions: ['accountKey.listRotations'],
  body: { amzJson: structure({ KeyId: keyId, IncludeKeyMaterial: optional(enumOf(['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY'])), ...paged }) },
  trail: { parameters: ['keyId', 'includeKeyMaterial'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.listRotations', id: body.KeyId })
    const { IncludeKeyMaterial: included = 'ROTATIONS_ONLY' } = body
    const arn = keyArn(asked.key.value)
    const waits = await waitsForReplicas(context, call, asked.key)
    return page(context, call, {
      region: site.region,
      list: `ListKeyRotations ${included} ${arn}`,
      body,
      sizes: { max: 1000, default: 100 },
      member: 'Rotations',
      rows: async at => listRotations(context, call, { ...asked, ...at, of: included === 'ALL_KEY_MATERIAL' ? 'materials' : 'rotations' }),
      item: material => rotationEntry({ arn, waits }, material),
    })
  },
})
