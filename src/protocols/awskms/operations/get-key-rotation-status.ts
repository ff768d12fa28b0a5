import { keyArn } from '#domain/account-keys/key-arn.ts'
import { readRotation } from '#domain/account-keys/rotate-account-key.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const getKeyRotationStatusOperation = awsOperation({
  name: 'GetKeyRotationStatus',
  permissions: ['accountKey.readRotation'],
  body: { amzJson: structure({ KeyId: keyId }) },
  trail: { parameters: ['keyId'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.readRotation', id: body.KeyId })
    const rotation = await readRotation(context, call, asked)
    return amzJson({
      KeyId: keyArn(asked.key.value),
      KeyRotationEnabled: rotation !== undefined,
      ...(rotation !== undefined && { RotationPeriodInDays: rotation.periodDays, NextRotationDate: epochSeconds(rotation.nextAt) }),
    })
  },
})
