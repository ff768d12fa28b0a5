import { lastUse } from '#domain/accounts/credential-uses.ts'
import { accountOf, entityArn, existing, foundArn, foundEntity, roleNamed } from '#domain/accounts/entities.ts'
import { profilesOfRole } from '#domain/accounts/instance-profiles.ts'
import { createRole, deleteRole, updateRole, updateTrust } from '#domain/accounts/roles.ts'
import { integer, optional, structure } from '#protocols/aws/schemas.ts'
import { requestFacts, tagsOf } from '#protocols/awsiam/facts.ts'
import { arn, description, document, paging, pathOf, pathPrefix, roleName, tags } from '#protocols/awsiam/members.ts'
import { listed } from '#protocols/awsiam/pages.ts'
import { listedRole, profileShape, roleShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'

const maxSession = integer({ min: 3_600, max: 43_200 })
const maxSessionDefault = 3_600

const createRoleOperation = iamOperation({
  name: 'CreateRole',
  permissions: ['accountRole.create', 'accountRole.tag'],
  input: structure({
    RoleName: roleName,
    Path: optional(pathOf),
    AssumeRolePolicyDocument: document,
    Description: optional(description),
    MaxSessionDuration: optional(maxSession),
    PermissionsBoundary: optional(arn),
    Tags: optional(tags),
  }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { RoleName: name, Path: path = '/', PermissionsBoundary: boundary, AssumeRolePolicyDocument: trustPolicy } = body
    const role = await roleNamed(context, call, { accountId, name, path })
    const found = foundEntity({ ...role, held: undefined }, requestFacts({ tags: body.Tags, boundary }))
    const given = permit('accountRole.create', found)
    if (body.Tags !== undefined && body.Tags.length > 0) permit('accountRole.tag', found)
    const { MaxSessionDuration: maxSessionSeconds = maxSessionDefault, Description: text } = body
    const made = await createRole(context, call, {
      permit: given,
      role,
      path,
      trustPolicy,
      boundary,
      maxSessionSeconds,
      tags: tagsOf(body.Tags),
      description: text,
    })
    const { RoleLastUsed: _, ...shape } = roleShape(context, { role: made, use: undefined })
    return { Role: shape }
  },
})

const getRoleOperation = iamOperation({
  name: 'GetRole',
  permissions: ['accountRole.read'],
  input: structure({ RoleName: roleName }),
  async handle({ context, call, accountId, body, permit }) {
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    const { value } = existing(permit('accountRole.read', foundEntity(role)), role)
    return { Role: roleShape(context, { role: value, use: await lastUse(context, call, value.id) }) }
  },
})

const listRolesOperation = iamOperation({
  name: 'ListRoles',
  permissions: ['accountRole.list'],
  input: structure({ PathPrefix: optional(pathPrefix), ...paging }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { PathPrefix: path = '/' } = body
    permit('accountRole.list', foundArn(accountId, entityArn('role', { accountId, path })))
    const { compartment } = (await accountOf(context, call, accountId)).value
    const items = context.accountRoles.all(call, compartment, ({ value }) => value.path.startsWith(path))
    const shape = ({ value }: (typeof items)[number]) => listedRole(context, value)
    return listed(asked, { member: 'Roles', list: `ListRoles ${path}`, items, nameOf: ({ value }) => value.name, shape })
  },
})

const updateRoleOperation = iamOperation({
  name: 'UpdateRole',
  permissions: ['accountRole.update'],
  input: structure({ RoleName: roleName, Description: optional(description), MaxSessionDuration: optional(maxSession) }),
  async handle({ context, call, accountId, body, permit }) {
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    const given = permit('accountRole.update', foundEntity(role))
    updateRole(call, { permit: given, role, description: body.Description, maxSessionSeconds: body.MaxSessionDuration })
    return {}
  },
})

const updateRoleDescriptionOperation = iamOperation({
  name: 'UpdateRoleDescription',
  permissions: ['accountRole.updateDescription'],
  input: structure({ RoleName: roleName, Description: description }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    const given = permit('accountRole.updateDescription', foundEntity(role))
    const updated = updateRole(call, { permit: given, role, description: body.Description })
    return { Role: roleShape(context, { role: updated, use: await lastUse(context, call, updated.id) }) }
  },
})

const updateAssumeRolePolicyOperation = iamOperation({
  name: 'UpdateAssumeRolePolicy',
  permissions: ['accountRole.updateTrust'],
  input: structure({ RoleName: roleName, PolicyDocument: document }),
  async handle({ context, call, accountId, body, permit }) {
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    const given = permit('accountRole.updateTrust', foundEntity(role))
    updateTrust(context, call, { permit: given, role, trustPolicy: body.PolicyDocument })
    return undefined
  },
})

const deleteRoleOperation = iamOperation({
  name: 'DeleteRole',
  permissions: ['accountRole.delete'],
  input: structure({ RoleName: roleName }),
  async handle({ context, call, accountId, body, permit }) {
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    await deleteRole(context, call, { permit: permit('accountRole.delete', foundEntity(role)), role })
    return undefined
  },
})

const listInstanceProfilesForRoleOperation = iamOperation({
  name: 'ListInstanceProfilesForRole',
  permissions: ['accountRole.listProfiles'],
  input: structure({ RoleName: roleName, ...paging }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    const { value } = existing(permit('accountRole.listProfiles', foundEntity(role)), role)
    const items = profilesOfRole(context, call, role)
    const shape = (profile: (typeof items)[number]) => profileShape(context, { profile: profile.value, role: value })
    const list = `ListInstanceProfilesForRole ${role.arn}`
    return listed(asked, { member: 'InstanceProfiles', list, items, nameOf: profile => profile.value.name, shape })
  },
})

export const roleOperations = [
  createRoleOperation,
  getRoleOperation,
  listRolesOperation,
  updateRoleOperation,
  updateRoleDescriptionOperation,
  updateAssumeRolePolicyOperation,
  deleteRoleOperation,
  listInstanceProfilesForRoleOperation,
]
