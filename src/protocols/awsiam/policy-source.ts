import type { Permission } from '#domain/access/permissions.ts'
import { existing, foundEntity, groupNamed, invalidInput, missing, roleNamed, userNamed } from '#domain/accounts/entities.ts'
import { documentsOfHolder, type HolderDocuments } from '#domain/accounts/holder-documents.ts'
import type { Asked } from './site.ts'

const pattern = /^arn:aws:iam::(\d{12}):(user|group|role)(?:\/[\w+=,.@-]+)*\/([\w+=,.@-]+)$/

/** Whose policies a request is about, by its ARN, and what they are. Raises `InputInvalid`, `EntityNotFound`. */
export async function sourceOf(
  asked: Asked<{ readonly PolicySourceArn: string }>,
  permission: Permission & `account.${string}`,
): Promise<HolderDocuments> {
  const { context, call, accountId, body, permit } = asked
  const { PolicySourceArn: arn } = body
  const [, owner, type, name = ''] = pattern.exec(arn) ?? []
  if (owner !== accountId) throw invalidInput(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
  const find = type === 'user' ? userNamed : type === 'group' ? groupNamed : roleNamed
  const holder = await find(context, call, { accountId, name })
  const given = permit(permission, foundEntity(holder))
  if (holder.arn !== arn) throw missing(holder)
  if (holder.type === 'user') existing(given, holder)
  else if (holder.type === 'group') existing(given, holder)
  else existing(given, holder)
  return documentsOfHolder(context, call, holder)
}
