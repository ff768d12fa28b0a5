import { deletionWindow, scheduleDeletion } from '#domain/account-keys/delete-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { requestFact } from '#domain/account-keys/key-facts.ts'
import { stateOf } from '#domain/account-keys/key-states.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { integer, optional, structure } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { stateNames } from '#protocols/awskms/key-metadata.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const scheduleKeyDeletionOperation = awsOperation({
  name: 'ScheduleKeyDeletion',
  permissions: ['accountKey.scheduleDeletion'],
  body: { amzJson: structure({ KeyId: keyId, PendingWindowInDays: optional(integer(deletionWindow)) }) },
  trail: {
    parameters: ['keyId', 'pendingWindowInDays'],
    answer: ['keyId', 'keyState', 'deletionDate', 'pendingWindowInDays'],
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, PendingWindowInDays: windowDays = deletionWindow.default } = body
    const facts = requestFact('kms:schedulekeydeletionpendingwindowindays', windowDays)
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.scheduleDeletion', id, facts })
    const key = await scheduleDeletion(context, call, { ...asked, windowDays })
    return amzJson({
      KeyId: keyArn(key),
      ...(key.deletion?.at !== undefined && { DeletionDate: epochSeconds(key.deletion.at) }),
      KeyState: stateNames[stateOf(key, call.at)],
      PendingWindowInDays: windowDays,
    })
  },
})
