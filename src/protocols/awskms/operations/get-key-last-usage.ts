import { lastKeyUse } from '#domain/account-keys/key-last-use.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const getKeyLastUsageOperation = awsOperation({
  name: 'GetKeyLastUsage',
  permissions: ['accountKey.readLastUsage'],
  body: { amzJson: structure({ KeyId: keyId }) },
  trail: { parameters: ['keyId'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.readLastUsage', id: body.KeyId })
    const { value } = asked.key
    const use = await lastKeyUse(context, call, asked)
    // Every key is watched from its first day.
    const created = epochSeconds(value.createdAt)
    return amzJson({
      KeyId: keyArn(value),
      // Of a key that was never used: there, and empty.
      KeyLastUsage: {
        ...(use !== undefined && {
          Operation: use.operation,
          Timestamp: epochSeconds(use.at),
          CloudTrailEventId: use.entryId,
          KmsRequestId: use.requestId,
        }),
      },
      TrackingStartDate: created,
      KeyCreationDate: created,
    })
  },
})
