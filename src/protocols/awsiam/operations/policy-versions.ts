import type { NamedPolicy } from '#domain/accounts/entities.ts'
import { policyMissing, type PolicyOfArn } from '#domain/accounts/managed-policies.ts'
import {
  createPolicyVersion,
  deletePolicyVersion,
  policyVersion,
  policyVersions,
  setPolicyVersion,
} from '#domain/accounts/policy-versions.ts'
import { flag, optional, structure } from '#protocols/aws/schemas.ts'
import { arn, document, paging, versionId } from '#protocols/awsiam/members.ts'
import { pageOf } from '#protocols/awsiam/pages.ts'
import { askedPolicy, foundToChange, foundToRead } from '#protocols/awsiam/policies.ts'
import { versionShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation } from '#protocols/awsiam/site.ts'

/** After the permit: for what the service keeps there is none. */
function ownOf(found: PolicyOfArn): NamedPolicy {
  if (found.kind === 'service') throw policyMissing(found.arn)
  return found.policy
}

const createPolicyVersionOperation = iamOperation({
  name: 'CreatePolicyVersion',
  permissions: ['accountPolicy.createVersion'],
  input: structure({ PolicyArn: arn, PolicyDocument: document, SetAsDefault: optional(flag) }),
  async handle(asked) {
    const { call, body, permit } = asked
    const found = await askedPolicy(asked)
    const given = permit('accountPolicy.createVersion', foundToChange(found, { call, permission: 'accountPolicy.createVersion' }))
    const { PolicyDocument: text, SetAsDefault: inForce = false } = body
    const version = createPolicyVersion(call, { permit: given, policy: ownOf(found), document: text, inForce })
    return { PolicyVersion: versionShape({ version, inForce }, { document: false }) }
  },
})

const oneVersion = structure({ PolicyArn: arn, VersionId: versionId })

const getPolicyVersionOperation = iamOperation({
  name: 'GetPolicyVersion',
  permissions: ['accountPolicy.readVersion'],
  input: oneVersion,
  async handle(asked) {
    const found = await askedPolicy(asked)
    const permit = asked.permit('accountPolicy.readVersion', foundToRead(asked.accountId, found))
    return { PolicyVersion: versionShape(policyVersion(found, { permit, version: asked.body.VersionId }), { document: true }) }
  },
})

const listPolicyVersionsOperation = iamOperation({
  name: 'ListPolicyVersions',
  permissions: ['accountPolicy.listVersions'],
  input: structure({ PolicyArn: arn, ...paging }),
  async handle(asked) {
    const found = await askedPolicy(asked)
    const versions = policyVersions(found, asked.permit('accountPolicy.listVersions', foundToRead(asked.accountId, found)))
    // Newest first, as the service lists them: numbers count down.
    const nameOf = ({ version }: (typeof versions)[number]) => (1e9 - Number(version.id.slice(1))).toString()
    const { items, end } = pageOf(asked, { list: `ListPolicyVersions ${asked.body.PolicyArn}`, items: versions, nameOf })
    return { Versions: items.map(one => versionShape(one, { document: false })), ...end }
  },
})

const deletePolicyVersionOperation = iamOperation({
  name: 'DeletePolicyVersion',
  permissions: ['accountPolicy.deleteVersion'],
  input: oneVersion,
  async handle(asked) {
    const found = await askedPolicy(asked)
    const permit = asked.permit(
      'accountPolicy.deleteVersion',
      foundToChange(found, { call: asked.call, permission: 'accountPolicy.deleteVersion' }),
    )
    deletePolicyVersion(asked.call, { permit, policy: ownOf(found), version: asked.body.VersionId })
    return undefined
  },
})

const setDefaultPolicyVersionOperation = iamOperation({
  name: 'SetDefaultPolicyVersion',
  permissions: ['accountPolicy.setDefaultVersion'],
  input: oneVersion,
  async handle(asked) {
    const found = await askedPolicy(asked)
    const permit = asked.permit(
      'accountPolicy.setDefaultVersion',
      foundToChange(found, { call: asked.call, permission: 'accountPolicy.setDefaultVersion' }),
    )
    setPolicyVersion(asked.call, { permit, policy: ownOf(found), version: asked.body.VersionId })
    return undefined
  },
})

export const policyVersionOperations = [
  createPolicyVersionOperation,
  getPolicyVersionOperation,
  listPolicyVersionsOperation,
  deletePolicyVersionOperation,
  setDefaultPolicyVersionOperation,
]
