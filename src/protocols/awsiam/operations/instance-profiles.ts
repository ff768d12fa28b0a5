import { accountOf, entityArn, existing, foundArn, foundEntity, profileNamed, roleNamed } from '#domain/accounts/entities.ts'
import { addRoleToProfile, createProfile, deleteProfile, removeRoleFromProfile } from '#domain/accounts/instance-profiles.ts'
import type { InstanceProfile } from '#domain/accounts/records.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { requestFacts, tagsOf } from '#protocols/awsiam/facts.ts'
import { paging, pathOf, pathPrefix, profileName, roleName, tags } from '#protocols/awsiam/members.ts'
import { listed } from '#protocols/awsiam/pages.ts'
import { profileShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation, type Asked } from '#protocols/awsiam/site.ts'

async function shownProfile(asked: Asked<unknown>, profile: InstanceProfile) {
  const { context, call, accountId } = asked
  const role = profile.role === undefined ? undefined : (await roleNamed(context, call, { accountId, name: profile.role })).held?.value
  return profileShape(context, { profile, role })
}

const createInstanceProfileOperation = iamOperation({
  name: 'CreateInstanceProfile',
  permissions: ['instanceProfile.create', 'instanceProfile.tag'],
  input: structure({ InstanceProfileName: profileName, Path: optional(pathOf), Tags: optional(tags) }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { InstanceProfileName: name, Path: path = '/' } = body
    const profile = await profileNamed(context, call, { accountId, name, path })
    const found = foundEntity({ ...profile, held: undefined }, requestFacts({ tags: body.Tags }))
    const given = permit('instanceProfile.create', found)
    if (body.Tags !== undefined && body.Tags.length > 0) permit('instanceProfile.tag', found)
    const made = await createProfile(context, call, { permit: given, profile, path, tags: tagsOf(body.Tags) })
    return { InstanceProfile: await shownProfile(asked, made) }
  },
})

const getInstanceProfileOperation = iamOperation({
  name: 'GetInstanceProfile',
  permissions: ['instanceProfile.read'],
  input: structure({ InstanceProfileName: profileName }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const profile = await profileNamed(context, call, { accountId, name: body.InstanceProfileName })
    const { value } = existing(permit('instanceProfile.read', foundEntity(profile)), profile)
    return { InstanceProfile: await shownProfile(asked, value) }
  },
})

const listInstanceProfilesOperation = iamOperation({
  name: 'ListInstanceProfiles',
  permissions: ['instanceProfile.list'],
  input: structure({ PathPrefix: optional(pathPrefix), ...paging }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { PathPrefix: path = '/' } = body
    permit('instanceProfile.list', foundArn(accountId, entityArn('instanceProfile', { accountId, path })))
    const { compartment } = (await accountOf(context, call, accountId)).value
    const items = context.instanceProfiles.all(call, compartment, ({ value }) => value.path.startsWith(path))
    const shape = async ({ value }: (typeof items)[number]) => shownProfile(asked, value)
    return listed(asked, {
      member: 'InstanceProfiles',
      list: `ListInstanceProfiles ${path}`,
      items,
      nameOf: ({ value }) => value.name,
      shape,
    })
  },
})

const deleteInstanceProfileOperation = iamOperation({
  name: 'DeleteInstanceProfile',
  permissions: ['instanceProfile.delete'],
  input: structure({ InstanceProfileName: profileName }),
  async handle({ context, call, accountId, body, permit }) {
    const profile = await profileNamed(context, call, { accountId, name: body.InstanceProfileName })
    deleteProfile(call, { permit: permit('instanceProfile.delete', foundEntity(profile)), profile })
    return undefined
  },
})

const withRole = structure({ InstanceProfileName: profileName, RoleName: roleName })

/** Machines will act as the role: whoever gives it to them must be allowed to pass it on. */
const addRoleToInstanceProfileOperation = iamOperation({
  name: 'AddRoleToInstanceProfile',
  permissions: ['instanceProfile.addRole', 'accountRole.pass'],
  input: withRole,
  async handle({ context, call, accountId, body, permit }) {
    const profile = await profileNamed(context, call, { accountId, name: body.InstanceProfileName })
    const given = permit('instanceProfile.addRole', foundEntity(profile))
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    const pass = permit('accountRole.pass', foundEntity(role, requestFacts({ passedTo: 'ec2.amazonaws.com' })))
    addRoleToProfile(call, { permit: given, pass, profile, role })
    return undefined
  },
})

const removeRoleFromInstanceProfileOperation = iamOperation({
  name: 'RemoveRoleFromInstanceProfile',
  permissions: ['instanceProfile.removeRole'],
  input: withRole,
  async handle({ context, call, accountId, body, permit }) {
    const profile = await profileNamed(context, call, { accountId, name: body.InstanceProfileName })
    const given = permit('instanceProfile.removeRole', foundEntity(profile))
    const role = await roleNamed(context, call, { accountId, name: body.RoleName })
    removeRoleFromProfile(call, { permit: given, profile, role })
    return undefined
  },
})

export const instanceProfileOperations = [
  createInstanceProfileOperation,
  getInstanceProfileOperation,
  listInstanceProfilesOperation,
  deleteInstanceProfileOperation,
  addRoleToInstanceProfileOperation,
  removeRoleFromInstanceProfileOperation,
]
