import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import { macAlgorithms, type AccountMacAlgorithm } from './algorithms.ts'
import { keyArn } from './key-arn.ts'
import { endOfDryRun, keyForUse, openCurrent, type KeyReference, type UseNeeds } from './use-account-key.ts'
import { useFacts } from './use-facts.ts'

interface CodeAsked {
  readonly key: KeyReference
  readonly algorithm: AccountMacAlgorithm
  readonly message: Bytes
  readonly dryRun?: boolean | undefined
}

/** HMAC of a message (RFC 2104), as long as its hash. Raises what `keyForUse` raises, `DryRunPassed`. */
export async function generateMac(context: UseNeeds, call: Call, asked: CodeAsked): Promise<{ readonly arn: string; readonly mac: Bytes }> {
  const { arn, key } = await openFor(context, call, { asked, permission: 'accountKey.generateMac' })
  endOfDryRun(asked.dryRun)
  return { arn, mac: await key.mac(asked.message) }
}

/** Raises as `generateMac`, and `MacInvalid` where the code is not the message's, whole: nothing is ever answered with false. */
export async function verifyMac(
  context: UseNeeds,
  call: Call,
  asked: CodeAsked & { readonly mac: Bytes },
): Promise<{ readonly arn: string }> {
  const { arn, key } = await openFor(context, call, { asked, permission: 'accountKey.verifyMac' })
  if (!(await key.verify(asked.message, asked.mac))) throw new Problem({ code: 'MacInvalid' })
  endOfDryRun(asked.dryRun)
  return { arn }
}

async function openFor(
  context: UseNeeds,
  call: Call,
  { asked, permission }: { readonly asked: CodeAsked; readonly permission: 'accountKey.generateMac' | 'accountKey.verifyMac' },
) {
  const { algorithm } = asked
  const key = await keyForUse(context, call, {
    key: asked.key,
    permission,
    usage: 'GENERATE_VERIFY_MAC',
    algorithm,
    specs: macAlgorithms[algorithm].specs,
    facts: useFacts({ 'kms:macalgorithm': algorithm }),
  })
  return { arn: keyArn(key.value), key: (await openCurrent(context, key, 'mac')).key }
}
