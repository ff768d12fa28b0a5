import { rootArn } from '#domain/accounts/arn.ts'
import { foundArn, foundEntity, userNamed } from '#domain/accounts/entities.ts'
import type { Found } from '#domain/access/permit.ts'
import { Problem } from '#model/problem.ts'
import { lastUse } from '#domain/accounts/credential-uses.ts'
import type { AccessKey, CredentialUse } from '#domain/accounts/records.ts'
import {
  accessKeyById,
  createAccessKey,
  deleteAccessKey,
  listAccessKeys,
  setAccessKeyActive,
  type KeyOwner,
} from '#domain/accounts/user-keys.ts'
import { enumOf, optional, structure } from '#protocols/aws/schemas.ts'
import { isoTime } from '#protocols/aws/times.ts'
import { accessKeyId, existingUserName, paging } from '#protocols/awsiam/members.ts'
import { pageOf } from '#protocols/awsiam/pages.ts'
import { iamOperation, ownName, type Asked } from '#protocols/awsiam/site.ts'

interface Owned {
  readonly owner: KeyOwner
  readonly found: Found
  /** The account's root has none. */
  readonly name: string | undefined
}

/** Of the user that is named, else of whoever asks: a user, or the account's root. */
async function ownerOf(asked: Asked<{ readonly UserName?: string }>): Promise<Owned> {
  const { context, call, accountId, body } = asked
  if (body.UserName === undefined && call.who.acting?.kind === 'root')
    return { owner: { root: accountId }, found: foundArn(accountId, rootArn(accountId)), name: undefined }
  const user = await userNamed(context, call, { accountId, name: body.UserName ?? ownName(asked) })
  return { owner: { user }, found: foundEntity(user), name: user.held?.value.name }
}

const keyShape = (key: AccessKey, name: string | undefined) => ({
  UserName: name,
  AccessKeyId: key.id,
  Status: key.active ? 'Active' : 'Inactive',
  CreateDate: isoTime(key.createdAt),
})

const createAccessKeyOperation = iamOperation({
  name: 'CreateAccessKey',
  permissions: ['accessKey.create'],
  input: structure({ UserName: optional(existingUserName) }),
  async handle(asked) {
    const { owner, found, name } = await ownerOf(asked)
    const { key, secret } = await createAccessKey(asked.context, asked.call, { permit: asked.permit('accessKey.create', found), owner })
    return { AccessKey: { ...keyShape(key, name), SecretAccessKey: Buffer.from(secret.bytes).toString() } }
  },
})

const listAccessKeysOperation = iamOperation({
  name: 'ListAccessKeys',
  permissions: ['accessKey.list'],
  input: structure({ UserName: optional(existingUserName), ...paging }),
  async handle(asked) {
    const { owner, found, name } = await ownerOf(asked)
    const keys = await listAccessKeys(asked.context, asked.call, { permit: asked.permit('accessKey.list', found), owner })
    const list = `ListAccessKeys ${found.owned?.arn ?? ''}`
    const { items, end } = pageOf(asked, { list, items: keys, nameOf: ({ value }) => value.id })
    return { AccessKeyMetadata: items.map(({ value }) => keyShape(value, name)), ...end }
  },
})

const updateAccessKeyOperation = iamOperation({
  name: 'UpdateAccessKey',
  permissions: ['accessKey.update'],
  input: structure({ UserName: optional(existingUserName), AccessKeyId: accessKeyId, Status: enumOf(['Active', 'Inactive']) }),
  async handle(asked) {
    const { context, call, body, permit } = asked
    const { owner, found } = await ownerOf(asked)
    const given = permit('accessKey.update', found)
    await setAccessKeyActive(context, call, { permit: given, owner, id: body.AccessKeyId, active: body.Status === 'Active' })
    return undefined
  },
})

const deleteAccessKeyOperation = iamOperation({
  name: 'DeleteAccessKey',
  permissions: ['accessKey.delete'],
  input: structure({ UserName: optional(existingUserName), AccessKeyId: accessKeyId }),
  async handle(asked) {
    const { context, call, body, permit } = asked
    const { owner, found } = await ownerOf(asked)
    await deleteAccessKey(context, call, { permit: permit('accessKey.delete', found), owner, id: body.AccessKeyId })
    return undefined
  },
})

/** Of one that was never used the service says so. */
const useShape = (use: CredentialUse | undefined) =>
  use === undefined
    ? { ServiceName: 'N/A', Region: 'N/A' }
    : { LastUsedDate: isoTime(use.at), ServiceName: use.service, Region: use.region }

const getAccessKeyLastUsedOperation = iamOperation({
  name: 'GetAccessKeyLastUsed',
  permissions: ['accessKey.readLastUsed'],
  input: structure({ AccessKeyId: accessKeyId }),
  async handle({ context, call, accountId, body, permit }) {
    const key = (await accessKeyById(context, call, { accountId, id: body.AccessKeyId }))?.value
    // A key that is not this account's is asked of no user of it.
    const user = key?.user === undefined ? undefined : await userNamed(context, call, { accountId, name: key.user })
    permit('accessKey.readLastUsed', user === undefined ? foundArn(accountId, rootArn(accountId)) : foundEntity(user))
    if (key === undefined) throw new Problem({ code: 'EntityNotFound', details: { type: 'accessKey', name: body.AccessKeyId } })
    return { UserName: user?.held?.value.name, AccessKeyLastUsed: useShape(await lastUse(context, call, key.id)) }
  },
})

export const accessKeyOperations = [
  createAccessKeyOperation,
  listAccessKeysOperation,
  updateAccessKeyOperation,
  deleteAccessKeyOperation,
  getAccessKeyLastUsedOperation,
]
