import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { VaultObject } from './object.ts'
import { objectPath, type ObjectName } from './reference.ts'

/** What a certificate keeps is changed by the certificate alone (key-vault.md 1.3, step 10). Raises `refusal` for `operation`. */
export function assertUnmanaged(
  { managed }: Pick<VaultObject, 'managed'>,
  refusal: 'KeyManaged' | 'SecretManaged',
  operation: string,
): void {
  if (managed === true) throw new Problem({ code: refusal, details: { operation } })
}

/** A certificate that has no version yet has neither key nor secret, and their name is its own all the same. Raises `refusal` for `operation`. */
export async function assertNotAskedFor(
  { certificates }: Needs<'certificates'>,
  call: Call,
  at: { readonly named: ObjectName; readonly refusal: 'KeyManaged' | 'SecretManaged'; readonly operation: string },
): Promise<void> {
  const { named, refusal, operation } = at
  const asked = await certificates.get(call, named.vault.compartment, objectPath(named.name))
  if (asked !== undefined) throw new Problem({ code: refusal, details: { operation } })
}
