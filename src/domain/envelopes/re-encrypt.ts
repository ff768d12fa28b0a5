import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import { findAccountKey } from '#domain/account-keys/find-account-key.ts'
import { endOfDryRun, permitUse, type KeyReference, type UseNeeds } from '#domain/account-keys/use-account-key.ts'
import { decryptUnder, keyOfCiphertext, permitCiphertext, type Ciphertext } from './decrypt.ts'
import { assertPlaintextFits, encryptionUse, encryptUnder, type Encryption } from './encrypt.ts'

export interface ReEncrypted {
  readonly blob: Bytes
  readonly sourceArn: string
  readonly sourceMaterialId: string | undefined
  readonly arn: string
  readonly materialId: string | undefined
}

/**
 * From one key or context to another; the plaintext never leaves. Both keys are asked about before either is opened.
 * Raises what `decrypt` and `encrypt` raise.
 */
export async function reEncrypt(
  context: UseNeeds,
  call: Call,
  request: {
    readonly source: Ciphertext
    readonly destination: Encryption & { readonly key: KeyReference }
    readonly dryRun?: boolean | undefined
  },
): Promise<ReEncrypted> {
  const { source, destination, dryRun } = request
  const from = await keyOfCiphertext(context, call, { ...source, permission: 'accountKey.reEncryptFrom' })
  const to = await findAccountKey(context, call, { ...destination.key, accepts: 'any', permission: 'accountKey.reEncryptTo' })
  const facts = { 'kms:reencryptonsamekey': from.key.id === to.key.id ? 'true' : 'false' }
  const use = encryptionUse('accountKey.reEncryptFrom', source, facts)
  await permitCiphertext(context, call, { ...use, found: from, named: source.keyId !== undefined })
  await permitUse(context, call, { ...encryptionUse('accountKey.reEncryptTo', destination, facts), found: to })
  const { blob, permissionsAlone } = source
  if (blob === undefined || permissionsAlone === true) throw new Problem({ code: 'DryRunPassed' })
  const opened = await decryptUnder(context, call, { ...source, key: from.key, blob })
  using plaintext = opened.plaintext
  const sealing = { ...destination, plaintext: plaintext.bytes }
  assertPlaintextFits(to.key, sealing)
  endOfDryRun(dryRun)
  const { arn, blob: sealed, materialId } = await encryptUnder(context, call, { ...sealing, key: to.key })
  return { blob: sealed, sourceArn: opened.arn, sourceMaterialId: opened.materialId, arn, materialId }
}
