import { rootArn } from '#domain/accounts/arn.ts'
import { accountOf, entityArn, existing, foundArn, foundEntity, userNamed } from '#domain/accounts/entities.ts'
import { createUser, deleteUser, groupsOfUser, moveUser, userMoved } from '#domain/accounts/users.ts'
import { isoTime } from '#protocols/aws/times.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { requestFacts, tagsOf } from '#protocols/awsiam/facts.ts'
import { arn, existingUserName, paging, pathOf, pathPrefix, tags, userName } from '#protocols/awsiam/members.ts'
import { listed } from '#protocols/awsiam/pages.ts'
import { groupShape, listedUser, userShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation, ownName, type Asked } from '#protocols/awsiam/site.ts'

const createUserOperation = iamOperation({
  name: 'CreateUser',
  permissions: ['accountUser.create', 'accountUser.tag'],
  input: structure({ UserName: userName, Path: optional(pathOf), PermissionsBoundary: optional(arn), Tags: optional(tags) }),
  async handle({ context, call, accountId, body, permit }) {
    const { UserName: name, Path: path = '/', PermissionsBoundary: boundary } = body
    const user = await userNamed(context, call, { accountId, name, path })
    const found = foundEntity({ ...user, held: undefined }, requestFacts({ tags: body.Tags, boundary }))
    const given = permit('accountUser.create', found)
    if (body.Tags !== undefined && body.Tags.length > 0) permit('accountUser.tag', found)
    const made = await createUser(context, call, { permit: given, user, path, tags: tagsOf(body.Tags), boundary })
    return { User: userShape(made) }
  },
})

const getUserOperation = iamOperation({
  name: 'GetUser',
  permissions: ['accountUser.read'],
  input: structure({ UserName: optional(existingUserName) }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    if (body.UserName === undefined && call.who.acting?.kind === 'root') return rootShape(asked)
    const user = await userNamed(context, call, { accountId, name: body.UserName ?? ownName(asked) })
    return { User: userShape(existing(permit('accountUser.read', foundEntity(user)), user).value) }
  },
})

/** The account's root is no user, but is shown as one. */
async function rootShape({ context, call, accountId, permit }: Asked<unknown>) {
  permit('accountUser.read', foundArn(accountId, rootArn(accountId)))
  const { value } = await accountOf(context, call, accountId)
  return { User: { UserId: accountId, Arn: rootArn(accountId), CreateDate: isoTime(value.createdAt) } }
}

const listUsersOperation = iamOperation({
  name: 'ListUsers',
  permissions: ['accountUser.list'],
  input: structure({ PathPrefix: optional(pathPrefix), ...paging }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { PathPrefix: path = '/' } = body
    permit('accountUser.list', foundArn(accountId, entityArn('user', { accountId, path })))
    const { compartment } = (await accountOf(context, call, accountId)).value
    const items = context.accountUsers.all(call, compartment, ({ value }) => value.path.startsWith(path))
    return listed(asked, {
      member: 'Users',
      list: `ListUsers ${path}`,
      items,
      nameOf: ({ value }) => value.name,
      shape: ({ value }) => listedUser(value),
    })
  },
})

const updateUserOperation = iamOperation({
  name: 'UpdateUser',
  permissions: ['accountUser.update'],
  input: structure({ UserName: existingUserName, NewPath: optional(pathOf), NewUserName: optional(userName) }),
  async handle({ context, call, accountId, body, permit }) {
    const user = await userNamed(context, call, { accountId, name: body.UserName })
    const given = permit('accountUser.update', foundEntity(user))
    const before = existing(given, user).value
    const { NewUserName: name = before.name, NewPath: path = before.path } = body
    const to = await userMoved(context, call, { user, name, path })
    const permits = [given, permit('accountUser.update', foundEntity(to))] as const
    await moveUser(context, call, { permits, user, to, path })
    return undefined
  },
})

const deleteUserOperation = iamOperation({
  name: 'DeleteUser',
  permissions: ['accountUser.delete'],
  input: structure({ UserName: existingUserName }),
  async handle({ context, call, accountId, body, permit }) {
    const user = await userNamed(context, call, { accountId, name: body.UserName })
    await deleteUser(context, call, { permit: permit('accountUser.delete', foundEntity(user)), user })
    return undefined
  },
})

const listGroupsForUserOperation = iamOperation({
  name: 'ListGroupsForUser',
  permissions: ['accountUser.listGroups'],
  input: structure({ UserName: existingUserName, ...paging }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const user = await userNamed(context, call, { accountId, name: body.UserName })
    existing(permit('accountUser.listGroups', foundEntity(user)), user)
    const items = groupsOfUser(context, call, user)
    const list = `ListGroupsForUser ${user.arn}`
    return listed(asked, { member: 'Groups', list, items, nameOf: ({ value }) => value.name, shape: ({ value }) => groupShape(value) })
  },
})

export const userOperations = [
  createUserOperation,
  getUserOperation,
  listUsersOperation,
  updateUserOperation,
  deleteUserOperation,
  listGroupsForUserOperation,
]
