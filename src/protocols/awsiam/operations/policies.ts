import { accountOf, entityArn, foundArn, foundEntity, policyNamed } from '#domain/accounts/entities.ts'
import { createPolicy, deletePolicy, ownPolicy, policyMissing, usesOfPolicy, type PolicyUse } from '#domain/accounts/managed-policies.ts'
import { arnOfServicePolicy, servicePolicies } from '#domain/accounts/service-policies.ts'
import { enumOf, flag, optional, structure } from '#protocols/aws/schemas.ts'
import { requestFacts, tagsOf } from '#protocols/awsiam/facts.ts'
import { arn, description, document, paging, pathOf, policyName, policyPath, policyUsage, tags } from '#protocols/awsiam/members.ts'
import { listed, pageOf } from '#protocols/awsiam/pages.ts'
import { askedPolicy, foundToChange, foundToRead, policyCounts } from '#protocols/awsiam/policies.ts'
import { listedPolicy, policyShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'

const createPolicyOperation = iamOperation({
  name: 'CreatePolicy',
  permissions: ['accountPolicy.create', 'accountPolicy.tag'],
  input: structure({
    PolicyName: policyName,
    Path: optional(policyPath),
    PolicyDocument: document,
    Description: optional(description),
    Tags: optional(tags),
  }),
  async handle({ context, call, accountId, body, permit }) {
    const { PolicyName: name, Path: path = '/', Description: text } = body
    const policy = await policyNamed(context, call, { accountId, name, path })
    const found = foundEntity({ ...policy, held: undefined }, requestFacts({ tags: body.Tags }))
    const given = permit('accountPolicy.create', found)
    if (body.Tags !== undefined && body.Tags.length > 0) permit('accountPolicy.tag', found)
    const { value } = await createPolicy(context, call, {
      permit: given,
      policy,
      path,
      document: body.PolicyDocument,
      tags: tagsOf(body.Tags),
      ...(text !== undefined && { description: text }),
    })
    return { Policy: policyShape(value, { attached: 0, bounded: 0 }) }
  },
})

const getPolicyOperation = iamOperation({
  name: 'GetPolicy',
  permissions: ['accountPolicy.read'],
  input: structure({ PolicyArn: arn }),
  async handle(asked) {
    const found = await askedPolicy(asked)
    const given = asked.permit('accountPolicy.read', foundToRead(asked.accountId, found))
    const policy = found.kind === 'service' ? found.policy : ownPolicy(given, found.policy).value
    const counts = await policyCounts(asked)
    return { Policy: policyShape(policy, counts(asked.body.PolicyArn)) }
  },
})

const listPoliciesOperation = iamOperation({
  name: 'ListPolicies',
  permissions: ['accountPolicy.list'],
  input: structure({
    Scope: optional(enumOf(['All', 'AWS', 'Local'])),
    OnlyAttached: optional(flag),
    PathPrefix: optional(policyPath),
    PolicyUsageFilter: optional(policyUsage),
    ...paging,
  }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { Scope: scope = 'All', PathPrefix: path = '/', OnlyAttached: onlyAttached = false, PolicyUsageFilter: usage } = body
    permit('accountPolicy.list', foundArn(accountId, entityArn('policy', { accountId, path })))
    const { compartment } = (await accountOf(context, call, accountId)).value
    const counts = await policyCounts(asked)
    const own = context.accountPolicies.all(call, compartment).map(({ value }) => ({ policy: value, arn: entityArn('policy', value) }))
    const ofService = servicePolicies.map(policy => ({ policy, arn: arnOfServicePolicy(policy) }))
    const items = [...(scope === 'AWS' ? [] : own), ...(scope === 'Local' ? [] : ofService)].filter(one => {
      const { attached, bounded } = counts(one.arn)
      const used = usage === 'PermissionsBoundary' ? bounded > 0 : usage === 'PermissionsPolicy' ? attached > 0 : attached + bounded > 0
      return one.policy.path.startsWith(path) && (used || (!onlyAttached && usage === undefined))
    })
    const list = `ListPolicies ${scope} ${path} ${onlyAttached} ${usage ?? ''}`
    const shape = (one: (typeof items)[number]) => listedPolicy(one.policy, counts(one.arn))
    // Names alone are not unique: the service may keep one of the same.
    return listed(asked, { member: 'Policies', list, items, nameOf: one => `${one.policy.name} ${one.arn}`, shape })
  },
})

const deletePolicyOperation = iamOperation({
  name: 'DeletePolicy',
  permissions: ['accountPolicy.delete'],
  input: structure({ PolicyArn: arn }),
  async handle(asked) {
    const { context, call, permit } = asked
    const found = await askedPolicy(asked)
    const given = permit('accountPolicy.delete', foundToChange(found, { call, permission: 'accountPolicy.delete' }))
    if (found.kind === 'service' || found.policy.held === undefined) throw policyMissing(asked.body.PolicyArn)
    await deletePolicy(context, call, { permit: given, policy: found.policy })
    return undefined
  },
})

const filters = { User: 'user', Role: 'role', Group: 'group', LocalManagedPolicy: undefined, AWSManagedPolicy: undefined } as const

const listEntitiesForPolicyOperation = iamOperation({
  name: 'ListEntitiesForPolicy',
  permissions: ['accountPolicy.listEntities'],
  input: structure({
    PolicyArn: arn,
    EntityFilter: optional(enumOf(['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'])),
    PathPrefix: optional(pathOf),
    PolicyUsageFilter: optional(policyUsage),
    ...paging,
  }),
  async handle(asked) {
    const { context, call, accountId, body, permit } = asked
    const { PathPrefix: path = '/', EntityFilter: filter, PolicyUsageFilter: usage } = body
    const found = await askedPolicy(asked)
    const given = permit('accountPolicy.listEntities', foundToRead(accountId, found))
    if (found.kind === 'account') ownPolicy(given, found.policy)
    const { attached, bounded } = await usesOfPolicy(context, call, { accountId, arn: body.PolicyArn })
    const uses =
      usage === 'PermissionsBoundary' ? bounded : usage === 'PermissionsPolicy' ? attached : [...new Set([...attached, ...bounded])]
    const wanted = uses.filter(use => use.path.startsWith(path) && (filter === undefined || filters[filter] === use.type))
    const list = `ListEntitiesForPolicy ${body.PolicyArn} ${path} ${filter ?? ''} ${usage ?? ''}`
    const { items, end } = pageOf(asked, { list, items: wanted, nameOf: use => `${use.type} ${use.name}` })
    const of = (type: PolicyUse['type']): readonly PolicyUse[] => items.filter(use => use.type === type)
    return {
      PolicyGroups: of('group').map(({ id, name }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: of('user').map(({ id, name }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of('role').map(({ id, name }) => ({ RoleName: name, RoleId: id })),
      ...end,
    }
  },
})

export const policyOperations = [
  createPolicyOperation,
  getPolicyOperation,
  listPoliciesOperation,
  deletePolicyOperation,
  listEntitiesForPolicyOperation,
]
