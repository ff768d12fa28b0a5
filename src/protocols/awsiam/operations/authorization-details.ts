import { lastUse } from '#domain/accounts/credential-uses.ts'
import { accountOf, entityArn, foundArn } from '#domain/accounts/entities.ts'
import type { PolicyHolder } from '#domain/accounts/inline-policies.ts'
import type { AccountGroup, AccountPolicy, AccountRole, AccountUser } from '#domain/accounts/records.ts'
import { arnOfServicePolicy, servicePolicies, type ServicePolicy } from '#domain/accounts/service-policies.ts'
import { enumOf, list, optional, structure } from '#protocols/aws/schemas.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { paging } from '#protocols/awsiam/members.ts'
import { pageOf } from '#protocols/awsiam/pages.ts'
import { policyCounts } from '#protocols/awsiam/policies.ts'
import {
  attachedShape,
  escaped,
  groupShape,
  policyShape,
  profileShape,
  roleShape,
  userShape,
  versionShape,
} from '#protocols/awsiam/shapes.ts'
import { iamOperation, type Asked } from '#protocols/awsiam/site.ts'

const kinds = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const
type Kind = (typeof kinds)[number]

/** One thing of the account; its shape is made only for the page that it is on. */
interface Detail {
  readonly kind: Kind
  readonly name: string
  readonly shape: () => Promise<XmlValue>
}

const policiesOf = ({ inlinePolicies, attachedPolicies }: PolicyHolder) => ({
  inline: Object.entries(inlinePolicies).map(([PolicyName, text]) => ({ PolicyName, PolicyDocument: escaped(text) })),
  AttachedManagedPolicies: attachedPolicies.map(attachedShape),
})

function userDetail(groups: readonly AccountGroup[], user: AccountUser): Detail {
  const shape = async (): Promise<XmlValue> => {
    const { inline, AttachedManagedPolicies } = policiesOf(user)
    const GroupList = groups.filter(({ members }) => members.includes(user.name.toLowerCase())).map(({ name }) => name)
    return { ...userShape(user), UserPolicyList: inline, GroupList, AttachedManagedPolicies }
  }
  return { kind: 'User', name: user.name, shape }
}

function groupDetail(group: AccountGroup): Detail {
  const { inline, AttachedManagedPolicies } = policiesOf(group)
  return {
    kind: 'Group',
    name: group.name,
    shape: async () => ({ ...groupShape(group), GroupPolicyList: inline, AttachedManagedPolicies }),
  }
}

function roleDetail({ context, call }: Asked<unknown>, role: AccountRole, profiles: readonly XmlValue[]): Detail {
  const shape = async (): Promise<XmlValue> => {
    const { inline, AttachedManagedPolicies } = policiesOf(role)
    const { Description: _, MaxSessionDuration: __, ...shown } = roleShape(context, { role, use: await lastUse(context, call, role.id) })
    return { ...shown, InstanceProfileList: profiles, RolePolicyList: inline, AttachedManagedPolicies }
  }
  return { kind: 'Role', name: role.name, shape }
}

function policyDetail(policy: AccountPolicy | ServicePolicy, counts: Awaited<ReturnType<typeof policyCounts>>): Detail {
  const isOwn = 'versions' in policy
  const versions = isOwn ? policy.versions : [{ id: policy.defaultVersion, document: policy.document, createdAt: policy.updatedAt }]
  const PolicyVersionList = versions.map(version =>
    versionShape({ version, inForce: version.id === policy.defaultVersion }, { document: true }),
  )
  const arn = isOwn ? entityArn('policy', policy) : arnOfServicePolicy(policy)
  const { Tags: _, ...shown } = policyShape(policy, counts(arn))
  return { kind: isOwn ? 'LocalManagedPolicy' : 'AWSManagedPolicy', name: arn, shape: async () => ({ ...shown, PolicyVersionList }) }
}

async function detailsOf(asked: Asked<unknown>): Promise<readonly Detail[]> {
  const { context, call, accountId } = asked
  const { compartment } = (await accountOf(context, call, accountId)).value
  const groups = context.accountGroups.all(call, compartment).map(({ value }) => value)
  const profiles = context.instanceProfiles.all(call, compartment).map(({ value }) => value)
  const counts = await policyCounts(asked)
  const ofRole = ({ value }: { readonly value: AccountRole }): Detail => {
    const own = profiles.filter(({ role }) => role === value.name.toLowerCase())
    return roleDetail(
      asked,
      value,
      own.map(profile => profileShape(context, { profile, role: value })),
    )
  }
  return [
    ...context.accountUsers.all(call, compartment).map(({ value }) => userDetail(groups, value)),
    ...groups.map(groupDetail),
    ...context.accountRoles.all(call, compartment).map(ofRole),
    ...context.accountPolicies.all(call, compartment).map(({ value }) => policyDetail(value, counts)),
    ...servicePolicies
      .filter(policy => counts(arnOfServicePolicy(policy)).attached + counts(arnOfServicePolicy(policy)).bounded > 0)
      .map(policy => policyDetail(policy, counts)),
  ]
}

/** Everybody and everything that says what they may, in one list; of the service's policies those that are used. */
const getAccountAuthorizationDetailsOperation = iamOperation({
  name: 'GetAccountAuthorizationDetails',
  permissions: ['account.readDetails'],
  input: structure({ Filter: optional(list(enumOf(kinds))), ...paging }),
  async handle(asked) {
    const { accountId, body, permit } = asked
    permit('account.readDetails', foundArn(accountId, '*'))
    const { Filter: filter = [] } = body
    const wanted = (await detailsOf(asked)).filter(({ kind }) => filter.length === 0 || filter.includes(kind))
    const key = `GetAccountAuthorizationDetails ${filter.join(' ')}`
    const { items, end } = pageOf(asked, { list: key, items: wanted, nameOf: ({ kind, name }) => `${kind} ${name}` })
    const of = async (...some: readonly Kind[]): Promise<readonly XmlValue[]> =>
      Promise.all(items.filter(({ kind }) => some.includes(kind)).map(async ({ shape }) => shape()))
    return {
      UserDetailList: await of('User'),
      GroupDetailList: await of('Group'),
      RoleDetailList: await of('Role'),
      Policies: await of('LocalManagedPolicy', 'AWSManagedPolicy'),
      ...end,
    }
  },
})

export const authorizationDetailOperations = [getAccountAuthorizationDetailsOperation]
