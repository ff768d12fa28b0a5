import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { bindPrincipals, policyToday, type BoundPrincipals } from '#domain/access/policy-documents/bound-principals.ts'
import type { Owned } from '#domain/access/permit.ts'
import { noFacts } from '#domain/access/permit.ts'
import { scopeOf } from '#model/brands.ts'

/** Bytes of a key's policy (aws-kms.md 1.5). */
const policyMax = 32_768

export interface NewKeyPolicy {
  readonly text: string
  /** The key that it is for, and what this request says. */
  readonly owned: Pick<Owned, 'account' | 'arn' | 'facts'>
  /** Whoever asks may lock itself out. */
  readonly bypass: boolean
}

/**
 * A policy as a key may get it: one that can be read, that names only who is there, and that lets whoever writes it write it again.
 * `bound` is kept beside the text. Raises `LimitExceeded`, `PolicyMalformed`.
 */
export function checkedKeyPolicy(
  { policyBook }: Needs<'policyBook'>,
  call: Call,
  { text, owned, bypass }: NewKeyPolicy,
): { readonly policy: string; readonly bound: BoundPrincipals } {
  if (Buffer.byteLength(text) > policyMax)
    throw new Problem({ code: 'LimitExceeded', details: { message: `The key policy is longer than ${policyMax} bytes.` } })
  const bound = bindPrincipals(text, 'key', policyBook.entities.directory)
  const after: Owned = { ...owned, kind: 'key', policy: text, bound }
  const on = scopeOf(['', owned.account, owned.arn])
  const question = {
    who: call.who,
    permission: 'accountKey.writePolicy',
    on,
    facts: noFacts,
    at: call.at,
    source: call.source,
    owned: after,
  } as const
  if (!bypass && !policyBook.mayWritePolicyAfter(question))
    throw new Problem({
      code: 'PolicyMalformed',
      details: { message: 'The new key policy will not allow you to update the key policy in the future.' },
    })
  return { policy: text, bound }
}

/** The text as it is shown: whoever is gone stands in it by the unique id. */
export const keyPolicyToday = (
  { policyBook }: Needs<'policyBook'>,
  { policy, bound = {} }: { readonly policy: string; readonly bound?: BoundPrincipals | undefined },
): string => policyToday(policy, bound, policyBook.entities.directory)
