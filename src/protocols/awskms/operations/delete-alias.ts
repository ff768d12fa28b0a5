import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { assertAliasName, deleteAlias, ownedAlias, requireAlias } from '#domain/account-keys/key-aliases.ts'
import { ownedKey } from '#domain/account-keys/permit-account-key.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { aliasName } from '#protocols/awskms/members.ts'

export const deleteAliasOperation = awsOperation({
  name: 'DeleteAlias',
  permissions: ['keyAlias.delete'],
  body: { amzJson: structure({ AliasName: aliasName }) },
  trail: { parameters: ['aliasName'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { AliasName: name } = body
    assertAliasName(name)
    const alias = { accountId: callersAccount(call), region: site.region, name }
    const ofName = permit('keyAlias.delete', ownedAlias(alias))
    const { held, key } = await requireAlias(context, call, alias)
    const ofKey = permit('keyAlias.delete', await ownedKey(context, call, { key, alias: name }))
    deleteAlias(context, call, { alias, held, key, permits: { alias: ofName, key: ofKey } })
    return amzEmpty()
  },
})
