import { openAuthorizationMessage, type AuthorizationMessage } from '#domain/sessions/authorization-message.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure, text } from '#protocols/aws/schemas.ts'
import { ownedAccount } from '#protocols/awssts/owned.ts'
import { actingIn, answer } from '#protocols/awssts/site.ts'

/** What a service that says nothing openly has sealed into its refusal. */
export const decodeAuthorizationMessage = awsOperation({
  name: 'DecodeAuthorizationMessage',
  permissions: ['accountSession.decodeMessage'],
  body: { amzQuery: structure({ EncodedMessage: text({ min: 1, max: 10_240 }) }) },
  trail: { parameters: [], readOnly: true },
  async handle(context, call, { body, permit, site }) {
    permit('accountSession.decodeMessage', ownedAccount(call, site))
    const { accountId } = actingIn(call)
    const message = openAuthorizationMessage(context, { accountId, encoded: body.EncodedMessage })
    return answer(call, 'DecodeAuthorizationMessage', { DecodedMessage: JSON.stringify(written(message)) })
  },
})

const written = ({ principal, action, resource, because }: AuthorizationMessage) => ({
  allowed: false,
  explicitDeny: because.includes('explicit deny'),
  matchedStatements: { items: [] },
  failures: { items: [] },
  context: { principal, action, resource, conditions: { items: [] } },
  reason: because,
})
