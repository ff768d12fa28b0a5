import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { addVersion, generating, type MakingNeeds } from './add-version.ts'
import { moved, parseDuration } from './durations.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'
import { requireKey } from './find-key.ts'
import type { Key, KeyVersion } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'

/**
 * Makes the next version after the current one's pattern: kind, key_ops, tags and enabled are its own, the policy gives the expiry
 * (key-vault.md 2.9). Older versions stay as they are. Raises `KeyNotFound`, `KeyManaged`.
 */
export async function rotateKey(
  context: MakingNeeds,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.rotate'> },
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  const { key, version: current } = await requireKey(context, call, { vault, name, version: 'current' })
  const { spec, hsm, keyOps, enabled, tags } = current
  return addVersion(context, call, {
    named: { vault, name },
    kind: { spec, hsm },
    origin: 'generated',
    operation: 'rotate',
    keyOps,
    attributes: { enabled, expires: expiryByPolicy(key.value, call.at) },
    tags,
    release: 'inherited',
    make: generating(context, spec),
  })
}

function expiryByPolicy({ rotationPolicy }: Key, at: number): number | undefined {
  const lifetime = rotationPolicy?.expiryTime === undefined ? undefined : parseDuration(rotationPolicy.expiryTime)
  return lifetime === undefined ? undefined : moved(wholeSecond(at), lifetime, 1)
}
