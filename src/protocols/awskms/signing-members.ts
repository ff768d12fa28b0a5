// What requests to sign and to verify have in common.
import { signingAlgorithms, type AccountSigningAlgorithm, type MessageType } from '#domain/account-keys/algorithms.ts'
import type { Said } from '#domain/account-keys/signing.ts'
import { namesOf } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { enumOf, optional } from '#protocols/aws/schemas.ts'
import { dryRun, plaintext } from './crypto-members.ts'
import { grantTokens, keyId } from './members.ts'

export const signingMembers = {
  KeyId: keyId,
  Message: plaintext,
  MessageType: optional(enumOf(['RAW', 'DIGEST', 'EXTERNAL_MU'])),
  GrantTokens: grantTokens,
  SigningAlgorithm: enumOf([...namesOf(signingAlgorithms), 'SM2DSA']),
  DryRun: dryRun,
}

interface SigningBody {
  readonly KeyId: string
  readonly Message: Uint8Array
  readonly MessageType?: MessageType
  readonly SigningAlgorithm: AccountSigningAlgorithm | 'SM2DSA'
  readonly DryRun?: boolean
}

/** Raises `KeyUsageInvalid` for what only keys of other partitions do. */
export function signingOf({ KeyId, Message, MessageType = 'RAW', SigningAlgorithm, DryRun }: SigningBody, region: string): Said {
  if (SigningAlgorithm === 'SM2DSA')
    throw new Problem({ code: 'KeyUsageInvalid', details: { message: 'Algorithm SM2DSA is supported only in China Regions.' } })
  return { key: { id: KeyId, region }, algorithm: SigningAlgorithm, message: Message, messageType: MessageType, dryRun: DryRun }
}

/** The message is never shown. */
export const signingParameters = ({ KeyId, MessageType = 'RAW', SigningAlgorithm, DryRun }: SigningBody) => ({
  keyId: KeyId,
  messageType: MessageType,
  signingAlgorithm: SigningAlgorithm,
  dryRun: DryRun,
})
