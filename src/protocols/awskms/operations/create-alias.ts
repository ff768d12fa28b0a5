import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { assertNewAliasName, createAlias, ownedAlias } from '#domain/account-keys/key-aliases.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { aliasName, keyId } from '#protocols/awskms/members.ts'

export const createAliasOperation = awsOperation({
  name: 'CreateAlias',
  permissions: ['keyAlias.create'],
  body: { amzJson: structure({ AliasName: aliasName, TargetKeyId: keyId }) },
  trail: { parameters: ['aliasName', 'targetKeyId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { AliasName: name, TargetKeyId: id } = body
    assertNewAliasName(name)
    const alias = { accountId: callersAccount(call), region: site.region, name }
    const ofName = permit('keyAlias.create', ownedAlias(alias))
    const { key, permit: ofKey } = await askedKey(context, call, { site, permit, permission: 'keyAlias.create', id })
    await createAlias(context, call, { alias, key, permits: { alias: ofName, key: ofKey } })
    return amzEmpty()
  },
})
