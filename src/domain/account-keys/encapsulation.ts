import { mlKemSpecs } from '#crypto/ml-kem.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import { encapsulationAlgorithms } from './algorithms.ts'
import { keyArn } from './key-arn.ts'
import { endOfDryRun, keyForUse, openCurrent, type KeyReference, type UseNeeds } from './use-account-key.ts'
import { useFacts } from './use-facts.ts'

interface EncapsulationAsked {
  readonly key: KeyReference
  readonly algorithm: keyof typeof encapsulationAlgorithms
  readonly dryRun?: boolean | undefined
}

interface SharedSecret {
  readonly arn: string
  /** 32 bytes; the call zeroes them. */
  readonly secret: SecretBytes
}

/** A new secret and its encapsulation under the key's public half (FIPS 203 6.2). Raises what `keyForUse` raises, `DryRunPassed`. */
export async function encapsulate(
  context: UseNeeds,
  call: Call,
  asked: EncapsulationAsked,
): Promise<SharedSecret & { readonly ciphertext: Bytes }> {
  const { arn, opened } = await openFor(context, call, { asked, permission: 'accountKey.encapsulate' })
  endOfDryRun(asked.dryRun)
  const { secret, ciphertext } = await opened.key.encapsulate()
  call.defer(secret)
  return { arn, secret, ciphertext }
}

/**
 * The secret of an encapsulation; of one that is not the key's, another secret (FIPS 203 6.3). Raises what `keyForUse` raises,
 * `CiphertextInvalid` for another length alone, `DryRunPassed`.
 */
export async function decapsulate(
  context: UseNeeds,
  call: Call,
  asked: EncapsulationAsked & { readonly ciphertext: Bytes },
): Promise<SharedSecret> {
  const { arn, opened } = await openFor(context, call, { asked, permission: 'accountKey.decapsulate' })
  if (asked.ciphertext.length !== mlKemSpecs[opened.spec].ciphertextBytes) throw new Problem({ code: 'CiphertextInvalid' })
  endOfDryRun(asked.dryRun)
  const secret = await opened.key.decapsulate(asked.ciphertext)
  call.defer(secret)
  return { arn, secret }
}

async function openFor(
  context: UseNeeds,
  call: Call,
  { asked, permission }: { readonly asked: EncapsulationAsked; readonly permission: 'accountKey.encapsulate' | 'accountKey.decapsulate' },
) {
  const { algorithm } = asked
  const key = await keyForUse(context, call, {
    key: asked.key,
    permission,
    usage: 'ENCAPSULATE_DECAPSULATE',
    algorithm,
    specs: encapsulationAlgorithms[algorithm].specs,
    facts: useFacts({ 'kms:encapsulationalgorithm': algorithm }),
  })
  return { arn: keyArn(key.value), opened: await openCurrent(context, key, 'kem') }
}
