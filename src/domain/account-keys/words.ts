// The words by which one service's wire and policies name what a key is.
import type { AccountKey } from './records.ts'

export const originNames = {
  generated: 'AWS_KMS',
  imported: 'EXTERNAL',
  keyStore: 'AWS_CLOUDHSM',
  externalKeyStore: 'EXTERNAL_KEY_STORE',
} as const satisfies Readonly<Record<AccountKey['origin'], string>>
