import { requestFact } from '#domain/account-keys/key-facts.ts'
import { enableRotation, rotationPeriod } from '#domain/account-keys/rotate-account-key.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, optional, structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const enableKeyRotationOperation = awsOperation({
  name: 'EnableKeyRotation',
  permissions: ['accountKey.enableRotation'],
  body: { amzJson: structure({ KeyId: keyId, RotationPeriodInDays: optional(integer(rotationPeriod)) }) },
  trail: { parameters: ['keyId', 'rotationPeriodInDays'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, RotationPeriodInDays: periodDays = rotationPeriod.default } = body
    const facts = requestFact('kms:rotationperiodindays', periodDays)
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.enableRotation', id, facts })
    await enableRotation(context, call, { ...asked, periodDays })
    return amzEmpty()
  },
})
