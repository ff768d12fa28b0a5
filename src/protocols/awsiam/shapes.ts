import { entityArn } from '#domain/accounts/entities.ts'
import { arnOfServicePolicy, type ServicePolicy } from '#domain/accounts/service-policies.ts'
import type { AccountGroup, AccountPolicy, AccountRole, AccountUser, CredentialUse, InstanceProfile } from '#domain/accounts/records.ts'
import { policyToday } from '#domain/access/policy-documents/bound-principals.ts'
import type { Context } from '#domain/context.ts'
import { isoTime } from '#protocols/aws/times.ts'

/** Documents leave as RFC 3986 has them: everything is escaped but the unreserved. */
export const escaped = (document: string): string =>
  encodeURIComponent(document).replaceAll(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

export const tagsShape = (tags: Readonly<Record<string, string>>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

const boundaryShape = (boundary: string | undefined) =>
  boundary === undefined ? undefined : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundary }

/** As lists show it. */
export const listedUser = (user: AccountUser) => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: entityArn('user', user),
  CreateDate: isoTime(user.createdAt),
})
const someTags = (tags: Readonly<Record<string, string>>) => (Object.keys(tags).length === 0 ? undefined : tagsShape(tags))

export const userShape = (user: AccountUser) => ({
  ...listedUser(user),
  PermissionsBoundary: boundaryShape(user.boundary),
  Tags: someTags(user.tags),
})

export const groupShape = (group: AccountGroup) => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: entityArn('group', group),
  CreateDate: isoTime(group.createdAt),
})

/** Knows whom trust policies mean today. */
type Book = Pick<Context, 'policyBook'>

/** As lists show it: without boundary, tags and last use. */
export const listedRole = ({ policyBook }: Book, role: AccountRole) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: entityArn('role', role),
  CreateDate: isoTime(role.createdAt),
  AssumeRolePolicyDocument: escaped(policyToday(role.trustPolicy, role.trusted ?? {}, policyBook.entities.directory)),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
})

/** `use`: the last, where there was one. */
export const roleShape = (book: Book, { role, use }: { readonly role: AccountRole; readonly use: CredentialUse | undefined }) => ({
  ...listedRole(book, role),
  PermissionsBoundary: boundaryShape(role.boundary),
  Tags: someTags(role.tags),
  RoleLastUsed: use === undefined ? {} : { LastUsedDate: isoTime(use.at), Region: use.region },
})

/** `role`: the one that is in it. */
export const profileShape = (
  book: Book,
  { profile, role }: { readonly profile: InstanceProfile; readonly role: AccountRole | undefined },
) => ({
  Path: profile.path,
  InstanceProfileName: profile.name,
  InstanceProfileId: profile.id,
  Arn: entityArn('instanceProfile', profile),
  CreateDate: isoTime(profile.createdAt),
  Roles: role === undefined ? [] : [listedRole(book, role)],
  Tags: someTags(profile.tags),
})

export interface PolicyCounts {
  readonly attached: number
  readonly bounded: number
}

/** As lists show it. */
export const listedPolicy = (policy: AccountPolicy | ServicePolicy, { attached, bounded }: PolicyCounts) => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: arnOf(policy),
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: attached,
  PermissionsBoundaryUsageCount: bounded,
  IsAttachable: !('attachable' in policy) || policy.attachable,
  CreateDate: isoTime(policy.createdAt),
  UpdateDate: isoTime(policy.updatedAt),
})

export const policyShape = (policy: AccountPolicy | ServicePolicy, counts: PolicyCounts) => ({
  ...listedPolicy(policy, counts),
  Description: policy.description,
  Tags: 'tags' in policy ? tagsShape(policy.tags) : [],
})

const arnOf = (policy: AccountPolicy | ServicePolicy): string =>
  'accountId' in policy ? entityArn('policy', policy) : arnOfServicePolicy(policy)

export const attachedShape = (arn: string) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn })

export const versionShape = (
  {
    version,
    inForce,
  }: { readonly version: { readonly id: string; readonly document: string; readonly createdAt: number }; readonly inForce: boolean },
  show: { readonly document: boolean },
) => ({
  Document: show.document ? escaped(version.document) : undefined,
  VersionId: version.id,
  IsDefaultVersion: inForce,
  CreateDate: isoTime(version.createdAt),
})
