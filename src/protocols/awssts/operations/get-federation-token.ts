import { federatedFound, federateUser, type FederationRequest } from '#domain/sessions/federate-user.ts'
import { refuseSessions } from '#domain/sessions/own-session.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, optional, structure, text } from '#protocols/aws/schemas.ts'
import { noteSession } from '#protocols/aws/trail.ts'
import { credentialsOf } from '#protocols/awssts/credentials.ts'
import { narrowingMembers, tagMembers } from '#protocols/awssts/role-members.ts'
import { actingIn, answer } from '#protocols/awssts/site.ts'

/** A user, or the root, vouches for somebody by name, with some of its own rights. */
export const getFederationToken = awsOperation({
  name: 'GetFederationToken',
  permissions: ['accountSession.federate', 'accountSession.tag'],
  body: {
    amzQuery: structure({
      Name: text({ min: 2, max: 32, pattern: /^[\w+=,.@-]*$/ }),
      ...narrowingMembers,
      DurationSeconds: optional(integer({ min: 900, max: 129_600 })),
      ...tagMembers,
    }),
  },
  trail: { parameters: ['name', 'durationSeconds', 'policy', 'policyArns', 'tags'], readOnly: true },
  async handle(context, call, { body, permit, site }) {
    const acting = actingIn(call)
    refuseSessions(acting, 'GetFederationToken')
    const request: FederationRequest = {
      name: body.Name,
      durationSeconds: body.DurationSeconds,
      policy: body.Policy,
      policyArns: (body.PolicyArns ?? []).flatMap(one => one.arn ?? []),
      tags: (body.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
    }
    const found = federatedFound(acting, request, site.region)
    const federating = permit('accountSession.federate', found)
    if (request.tags.length > 0) permit('accountSession.tag', found)
    const { given, id, arn, packedPercent } = await federateUser(context, call, { permit: federating, acting, request })
    const packs = request.policy !== undefined || request.policyArns.length > 0 || request.tags.length > 0
    const members = {
      Credentials: credentialsOf(given),
      FederatedUser: { FederatedUserId: id, Arn: arn },
      PackedPolicySize: packs ? packedPercent : undefined,
    }
    noteSession(call, members)
    return answer(call, 'GetFederationToken', members)
  },
})
