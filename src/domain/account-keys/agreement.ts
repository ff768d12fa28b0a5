import { curveOfPeer } from '#crypto/public-key.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { agreementAlgorithms } from './algorithms.ts'
import { keyArn } from './key-arn.ts'
import type { AccountKey } from './records.ts'
import { endOfDryRun, keyForUse, openCurrent, type KeyReference, type UseNeeds } from './use-account-key.ts'
import { useFacts } from './use-facts.ts'

/**
 * The raw x coordinate of an agreement with somebody's public key, SubjectPublicKeyInfo DER (SP 800-56A 5.7.1.2). The call zeroes it.
 * Raises what `keyForUse` raises, `ValidationFailed` for what is no point of the key's curve, `DryRunPassed`.
 */
export async function deriveSharedSecret(
  context: UseNeeds,
  call: Call,
  request: {
    readonly key: KeyReference
    readonly algorithm: keyof typeof agreementAlgorithms
    readonly peer: Bytes
    readonly dryRun?: boolean | undefined
    readonly facts?: Readonly<Record<string, string>>
  },
): Promise<{ readonly key: AccountKey; readonly arn: string; readonly secret: SecretBytes }> {
  const { algorithm, peer, dryRun, facts } = request
  const key = await keyForUse(context, call, {
    key: request.key,
    permission: 'accountKey.deriveSharedSecret',
    usage: 'KEY_AGREEMENT',
    algorithm,
    specs: agreementAlgorithms[algorithm].specs,
    facts: useFacts({ 'kms:keyagreementalgorithm': algorithm, ...facts }),
  })
  const opened = await openCurrent(context, key, 'agreement')
  // Before anything secret touches it: a point off the curve would tell of the private half (SP 800-56A 5.6.2.3.3).
  if (curveOfPeer(peer) !== opened.spec)
    throw new Problem({
      code: 'ValidationFailed',
      details: { message: `PublicKey is not a DER-encoded public key of the curve of key spec ${key.value.spec}.` },
    })
  endOfDryRun(dryRun)
  const secret = await opened.key.agree(peer)
  call.defer(secret)
  return { key: key.value, arn: keyArn(key.value), secret }
}
