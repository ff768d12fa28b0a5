import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { actingIn, answer } from '#protocols/awssts/site.ts'

/** Whoever can sign may ask who he is: no policy takes it from him. */
export const getCallerIdentity = awsOperation({
  name: 'GetCallerIdentity',
  permissions: 'authenticated',
  body: { amzQuery: structure({}) },
  trail: { parameters: [], readOnly: true },
  async handle(_context, call) {
    const { arn, userId, accountId } = actingIn(call)
    return answer(call, 'GetCallerIdentity', { UserId: userId, Account: accountId, Arn: arn })
  },
})
