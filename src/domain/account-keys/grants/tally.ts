import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'

/** aws-kms.md 8. */
const grantsMax = 50_000

/** Counts a grant that is given or ended: one record a key, changed with the grant. Raises `LimitExceeded` where quotas are in force. */
export async function countGrant(
  { grantTallies, instance }: Needs<'grantTallies' | 'instance'>,
  call: Call,
  { key, by }: { readonly key: HeldAccountKey; readonly by: 1 | -1 },
): Promise<void> {
  const { id } = key.value
  const tally = await grantTallies.get(call, key.compartment, [id])
  const grants = Math.max(0, (tally?.value.grants ?? 0) + by)
  if (instance.throttle && grants > grantsMax)
    throw new Problem({
      code: 'LimitExceeded',
      details: { message: `The key ${keyArn(key.value)} has ${grantsMax} grants, which is the most.` },
    })
  if (tally === undefined) grantTallies.create(call, key.compartment, { path: [id], value: { keyId: id, grants } })
  else grantTallies.update(call, tally, { keyId: id, grants })
}
