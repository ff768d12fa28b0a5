import { findAccountKey } from '#domain/account-keys/find-account-key.ts'
import { listAliases } from '#domain/account-keys/key-aliases.ts'
import { aliasArn } from '#domain/account-keys/key-arn.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { keyId, paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'

export const listAliasesOperation = awsOperation({
  name: 'ListAliases',
  permissions: ['keyAlias.list'],
  body: { amzJson: structure({ KeyId: optional(keyId), ...paged }) },
  trail: { parameters: ['keyId'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = askedRegion(call, { site, permit, permission: 'keyAlias.list' })
    const { region } = site
    const { KeyId: id } = body
    // Who may list all names may list those of one key: nothing is asked of the key itself.
    const of =
      id === undefined ? undefined : await findAccountKey(context, call, { id, region, accepts: 'key', permission: 'keyAlias.list' })
    const ofKey = of?.key.value.id
    return page(context, call, {
      region,
      list: `ListAliases ${ofKey ?? ''}`,
      body,
      sizes: { max: 100, default: 50 },
      member: 'Aliases',
      rows: async at => listAliases(context, call, { ...asked, ...at, keyId: ofKey }),
      item: alias => ({
        AliasName: alias.name,
        AliasArn: aliasArn({ ...asked, name: alias.name }),
        TargetKeyId: alias.keyId,
        CreationDate: epochSeconds(alias.createdAt),
        LastUpdatedDate: epochSeconds(alias.updatedAt),
      }),
    })
  },
})
