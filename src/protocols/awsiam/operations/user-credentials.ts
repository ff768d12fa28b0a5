import type { Permission } from '#domain/access/permissions.ts'
import { existing, foundArn, foundEntity, userNamed } from '#domain/accounts/entities.ts'
import { Problem } from '#model/problem.ts'
import { enumOf, optional, structure } from '#protocols/aws/schemas.ts'
import { existingUserName, paging } from '#protocols/awsiam/members.ts'
import { iamOperation, ownName } from '#protocols/awsiam/site.ts'

// Users have access keys and nothing else. What clients ask before they delete a user is answered as it is: there is none of it.

const credentialLists = [
  { name: 'ListMFADevices', permission: 'accountUser.listDevices', member: 'MFADevices' },
  { name: 'ListSSHPublicKeys', permission: 'accountUser.listSshKeys', member: 'SSHPublicKeys' },
  { name: 'ListSigningCertificates', permission: 'accountUser.listCertificates', member: 'Certificates' },
  { name: 'ListServiceSpecificCredentials', permission: 'accountUser.listServiceCredentials', member: 'ServiceSpecificCredentials' },
] as const satisfies readonly { readonly name: string; readonly permission: Permission; readonly member: string }[]

const listOperations = credentialLists.map(({ name, permission, member }) =>
  iamOperation({
    name,
    permissions: [permission],
    input: structure({ UserName: optional(existingUserName), ...paging }),
    async handle(asked) {
      const { context, call, accountId, body, permit } = asked
      const user = await userNamed(context, call, { accountId, name: body.UserName ?? ownName(asked) })
      existing(permit(permission, foundEntity(user)), user)
      return { [member]: [], IsTruncated: false }
    },
  }),
)

const noPassword = (name: string): Problem => new Problem({ code: 'EntityNotFound', details: { type: 'loginProfile', name } })

const passwordOperations = [
  { name: 'GetLoginProfile', permission: 'accountUser.readPassword' } as const,
  { name: 'DeleteLoginProfile', permission: 'accountUser.deletePassword' } as const,
].map(({ name, permission }) =>
  iamOperation({
    name,
    permissions: [permission],
    input: structure({ UserName: optional(existingUserName) }),
    async handle(asked) {
      const { context, call, accountId, body, permit } = asked
      const user = await userNamed(context, call, { accountId, name: body.UserName ?? ownName(asked) })
      throw noPassword(existing(permit(permission, foundEntity(user)), user).value.name)
    },
  }),
)

const listVirtualDevicesOperation = iamOperation({
  name: 'ListVirtualMFADevices',
  permissions: ['account.listVirtualDevices'],
  input: structure({ AssignmentStatus: optional(enumOf(['Assigned', 'Unassigned', 'Any'])), ...paging }),
  handle({ accountId, permit }) {
    permit('account.listVirtualDevices', foundArn(accountId, `arn:aws:iam::${accountId}:mfa/`))
    return { VirtualMFADevices: [], IsTruncated: false }
  },
})

export const userCredentialOperations = [...listOperations, ...passwordOperations, listVirtualDevicesOperation]
