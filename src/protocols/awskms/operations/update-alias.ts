import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { assertAliasName, ownedAlias, requireAlias, updateAlias } from '#domain/account-keys/key-aliases.ts'
import { ownedKey } from '#domain/account-keys/permit-account-key.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { aliasName, keyId } from '#protocols/awskms/members.ts'

export const updateAliasOperation = awsOperation({
  name: 'UpdateAlias',
  permissions: ['keyAlias.update'],
  body: { amzJson: structure({ AliasName: aliasName, TargetKeyId: keyId }) },
  trail: { parameters: ['aliasName', 'targetKeyId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { AliasName: name, TargetKeyId: id } = body
    const permission = 'keyAlias.update'
    assertAliasName(name)
    const alias = { accountId: callersAccount(call), region: site.region, name }
    const ofName = permit(permission, ownedAlias(alias))
    const { held, key: from } = await requireAlias(context, call, alias)
    const ofOld = permit(permission, await ownedKey(context, call, { key: from, alias: name }))
    const { key: to, permit: ofNew } = await askedKey(context, call, { site, permit, permission, id })
    await updateAlias(context, call, { alias, held, from, to, permits: { alias: ofName, from: ofOld, to: ofNew } })
    return amzEmpty()
  },
})
