import { Problem } from '#model/problem.ts'
import { accountOfKeyId } from '#domain/accounts/access-key-ids.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure, text } from '#protocols/aws/schemas.ts'
import { ownedAccount } from '#protocols/awssts/owned.ts'
import { answer } from '#protocols/awssts/site.ts'

/** The account that an id names, whether or not there is such a key. */
export const getAccessKeyInfo = awsOperation({
  name: 'GetAccessKeyInfo',
  permissions: ['accountSession.readKeyAccount'],
  body: { amzQuery: structure({ AccessKeyId: text({ min: 16, max: 128, pattern: /^\w*$/ }) }) },
  trail: { parameters: ['accessKeyId'], readOnly: true },
  async handle(_context, call, { body, permit, site }) {
    permit('accountSession.readKeyAccount', ownedAccount(call, site))
    const account = accountOfKeyId(body.AccessKeyId)
    if (account === undefined)
      throw new Problem({ code: 'ValidationFailed', details: { message: `Invalid Access Key Id: ${body.AccessKeyId}` } })
    return answer(call, 'GetAccessKeyInfo', { Account: account })
  },
})
