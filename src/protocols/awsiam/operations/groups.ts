import {
  addUserToGroup,
  createAccountGroup,
  deleteAccountGroup,
  groupMoved,
  moveGroup,
  removeUserFromGroup,
} from '#domain/accounts/account-groups.ts'
import { accountOf, entityArn, existing, foundArn, foundEntity, groupNamed, userNamed } from '#domain/accounts/entities.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { existingUserName, groupName, paging, pathOf, pathPrefix } from '#protocols/awsiam/members.ts'
import { listed } from '#protocols/awsiam/pages.ts'
import { groupShape, listedUser } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'

const createGroupOperation = iamOperation({
  name: 'CreateGroup',
  permissions: ['accountGroup.create'],
  input: structure({ GroupName: groupName, Path: optional(pathOf) }),
  async handle({ context, call, accountId, body, permit }) {
    const { GroupName: name, Path: path = '/' } = body
    const group = await groupNamed(context, call, { accountId, name, path })
    const made = await createAccountGroup(context, call, { permit: permit('accountGroup.create', foundEntity(group)), group, path })
    return { Group: groupShape(made) }
  },
})

const getGroupOperation = iamOperation({
  name: 'GetGroup',
  permissions: ['accountGroup.read'],
  input: structure({ GroupName: groupName, ...paging }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const group = await groupNamed(context, call, { accountId, name: body.GroupName })
    const { value } = existing(permit('accountGroup.read', foundEntity(group)), group)
    const members = new Set(value.members)
    const items = context.accountUsers.all(call, group.compartment, ({ path }) => members.has(path[0]))
    const users = await listed(asked, {
      member: 'Users',
      list: `GetGroup ${group.arn}`,
      items,
      nameOf: user => user.value.name,
      shape: user => listedUser(user.value),
    })
    return { Group: groupShape(value), ...users }
  },
})

const listGroupsOperation = iamOperation({
  name: 'ListGroups',
  permissions: ['accountGroup.list'],
  input: structure({ PathPrefix: optional(pathPrefix), ...paging }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { PathPrefix: path = '/' } = body
    permit('accountGroup.list', foundArn(accountId, entityArn('group', { accountId, path })))
    const { compartment } = (await accountOf(context, call, accountId)).value
    const items = context.accountGroups.all(call, compartment, ({ value }) => value.path.startsWith(path))
    const list = `ListGroups ${path}`
    return listed(asked, { member: 'Groups', list, items, nameOf: ({ value }) => value.name, shape: ({ value }) => groupShape(value) })
  },
})

const updateGroupOperation = iamOperation({
  name: 'UpdateGroup',
  permissions: ['accountGroup.update'],
  input: structure({ GroupName: groupName, NewPath: optional(pathOf), NewGroupName: optional(groupName) }),
  async handle({ context, call, accountId, body, permit }) {
    const group = await groupNamed(context, call, { accountId, name: body.GroupName })
    const given = permit('accountGroup.update', foundEntity(group))
    const before = existing(given, group).value
    const { NewGroupName: name = before.name, NewPath: path = before.path } = body
    const to = await groupMoved(context, call, { group, name, path })
    moveGroup(call, { permits: [given, permit('accountGroup.update', foundEntity(to))], group, to, path })
    return undefined
  },
})

const deleteGroupOperation = iamOperation({
  name: 'DeleteGroup',
  permissions: ['accountGroup.delete'],
  input: structure({ GroupName: groupName }),
  async handle({ context, call, accountId, body, permit }) {
    const group = await groupNamed(context, call, { accountId, name: body.GroupName })
    deleteAccountGroup(call, { permit: permit('accountGroup.delete', foundEntity(group)), group })
    return undefined
  },
})

const membership = structure({ GroupName: groupName, UserName: existingUserName })

const addUserToGroupOperation = iamOperation({
  name: 'AddUserToGroup',
  permissions: ['accountGroup.addMember'],
  input: membership,
  async handle({ context, call, accountId, body, permit }) {
    const group = await groupNamed(context, call, { accountId, name: body.GroupName })
    const given = permit('accountGroup.addMember', foundEntity(group))
    const user = await userNamed(context, call, { accountId, name: body.UserName })
    addUserToGroup(context, call, { permit: given, group, user })
    return undefined
  },
})

const removeUserFromGroupOperation = iamOperation({
  name: 'RemoveUserFromGroup',
  permissions: ['accountGroup.removeMember'],
  input: membership,
  async handle({ context, call, accountId, body, permit }) {
    const group = await groupNamed(context, call, { accountId, name: body.GroupName })
    const given = permit('accountGroup.removeMember', foundEntity(group))
    const user = await userNamed(context, call, { accountId, name: body.UserName })
    removeUserFromGroup(call, { permit: given, group, user })
    return undefined
  },
})

export const groupOperations = [
  createGroupOperation,
  getGroupOperation,
  listGroupsOperation,
  updateGroupOperation,
  deleteGroupOperation,
  addUserToGroupOperation,
  removeUserFromGroupOperation,
]
