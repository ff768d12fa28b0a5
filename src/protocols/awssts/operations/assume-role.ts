import { Problem } from '#model/problem.ts'
import type { ActingInAccount } from '#model/principal.ts'
import { assumeRole, deniedRole, ownedRole, roleToAssume } from '#domain/sessions/assume-role.ts'
import type { RoleRequest } from '#domain/sessions/role-request.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import type { Shaped } from '#protocols/aws/shape.ts'
import { noteSession } from '#protocols/aws/trail.ts'
import { assumedMembers, roleRequest, signedRoleMembers } from '#protocols/awssts/role-members.ts'
import { actingIn, answer, forbidden } from '#protocols/awssts/site.ts'

const bodyMembers = structure(signedRoleMembers)

export const assumeRoleOperation = awsOperation({
  name: 'AssumeRole',
  permissions: ['accountSession.assumeRole', 'accountSession.tag', 'accountSession.setSourceIdentity'],
  body: { amzQuery: bodyMembers },
  trail: {
    parameters: [
      'roleArn',
      'roleSessionName',
      'externalId',
      'durationSeconds',
      'policy',
      'policyArns',
      'tags',
      'transitiveTagKeys',
      'sourceIdentity',
    ],
    readOnly: true,
  },
  async handle(context, call, { body, permit, site }) {
    const acting = actingIn(call)
    if (acting.kind === 'root') throw forbidden('Roles may not be assumed by root accounts.')
    // Of this service it may ask who it is, and nothing else (STS API Reference, "GetFederationToken").
    if (acting.kind === 'federatedUser') throw deniedRole(call, 'accountSession.assumeRole', body.RoleArn)
    const request = requestOf(body, acting)
    const role = await roleToAssume(context, call, { arn: body.RoleArn, permission: 'accountSession.assumeRole' })
    call.resource = body.RoleArn
    const found = ownedRole(role, { request, region: site.region })
    const assuming = permit('accountSession.assumeRole', found)
    if (request.tags.length > 0) permit('accountSession.tag', found)
    if (request.sourceIdentity !== undefined) permit('accountSession.setSourceIdentity', found)
    const assumed = await assumeRole(context, call, { permit: assuming, role, request, acting, sourceIdentity: request.sourceIdentity })
    const members = assumedMembers(assumed, hasPackable(request))
    noteSession(call, members)
    return answer(call, 'AssumeRole', members)
  },
})

const hasPackable = ({ policy, policyArns, tags }: RoleRequest): boolean => policy !== undefined || policyArns.length > 0 || tags.length > 0

/** A source identity, once said, stays through all sessions that come of it. Raises `SessionForbidden`, `ValidationFailed`. */
function requestOf(body: Shaped<typeof bodyMembers>, acting: ActingInAccount): RoleRequest {
  // Nobody has a device here: no code is one of it.
  if (body.SerialNumber !== undefined || body.TokenCode !== undefined)
    throw forbidden('MultiFactorAuthentication failed with invalid MFA one time pass code. ')
  const { SourceIdentity = acting.sourceIdentity } = body
  if (acting.sourceIdentity !== undefined && SourceIdentity !== acting.sourceIdentity)
    throw new Problem({ code: 'ValidationFailed', details: { message: 'The source identity of a session cannot be changed.' } })
  return {
    ...roleRequest(body),
    externalId: body.ExternalId,
    tags: (body.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
    transitiveTagKeys: body.TransitiveTagKeys ?? [],
    sourceIdentity: SourceIdentity,
  }
}
