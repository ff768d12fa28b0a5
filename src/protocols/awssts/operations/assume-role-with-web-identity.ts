import { assumeRole, ownedRole, roleToAssume } from '#domain/sessions/assume-role.ts'
import { webIdentityOf } from '#domain/sessions/web-identity.ts'
import { parseArn } from '#domain/accounts/arn.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { noteSession, noteWebIdentity } from '#protocols/aws/trail.ts'
import { optional, structure, text } from '#protocols/aws/schemas.ts'
import { assumedMembers, roleMembers, roleRequest } from '#protocols/awssts/role-members.ts'
import { answer, federated } from '#protocols/awssts/site.ts'

/** Takes no signature: the token says who asks, and the role's trust policy whether he may. */
export const assumeRoleWithWebIdentityOperation = awsOperation({
  name: 'AssumeRoleWithWebIdentity',
  permissions: 'public',
  linked: ['accountSession.assumeRoleWithWebIdentity'],
  body: {
    amzQuery: structure({
      ...roleMembers,
      WebIdentityToken: text({ min: 4, max: 20_000, secret: true }),
      ProviderId: optional(text({ min: 4, max: 2_048 })),
    }),
    maximumBytes: 128 * 1024,
  },
  trail: { parameters: ['roleArn', 'roleSessionName', 'durationSeconds', 'policy', 'policyArns', 'providerId'], readOnly: true },
  async handle(context, call, { body, permit, site }) {
    const accountId = parseArn(body.RoleArn)?.accountId ?? ''
    const identity = await webIdentityOf(context, call, { token: body.WebIdentityToken, accountId })
    const { providerArn, subject, audience, claims } = identity
    const who = federated({ accountId, providerArn, subject })
    call.who = who
    noteWebIdentity(call, { provider: providerArn, id: `${providerArn}:${audience}:${subject}`, name: subject })
    call.resource = body.RoleArn
    const role = await roleToAssume(context, call, { arn: body.RoleArn, permission: 'accountSession.assumeRoleWithWebIdentity' })
    const request = roleRequest(body)
    const permitted = permit('accountSession.assumeRoleWithWebIdentity', ownedRole(role, { request, region: site.region, claims }))
    const asked = { permit: permitted, role, request, acting: who.acting, federatedProvider: providerArn }
    const assumed = await assumeRole(context, call, asked)
    const members = {
      ...assumedMembers(assumed, request.policy !== undefined || request.policyArns.length > 0),
      SubjectFromWebIdentityToken: subject,
      Provider: providerArn,
      Audience: audience,
    }
    noteSession(call, members)
    return answer(call, 'AssumeRoleWithWebIdentity', members)
  },
})
