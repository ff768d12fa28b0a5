import { Problem } from '#model/problem.ts'
import { findAccountKey, type FindingNeeds } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import type { Call } from '#domain/call.ts'

/** ARN of the key that a trail's files are to be encrypted with; empty: none. Raises `TrailInvalid`, and what looking for a key raises. */
export async function trailKeyArn(
  context: FindingNeeds,
  call: Call,
  { asked, region, before }: { readonly asked: string | undefined; readonly region: string; readonly before: string | undefined },
): Promise<string | undefined> {
  if (asked === undefined) return before
  if (asked === '') return undefined
  const { key } = await findAccountKey(context, call, { id: asked, region, accepts: 'any', permission: 'accountKey.describe' })
  if (key.value.spec !== 'SYMMETRIC_DEFAULT')
    throw new Problem({ code: 'TrailInvalid', details: { what: 'key', message: 'The KMS key must be a symmetric encryption key.' } })
  return keyArn(key.value)
}
