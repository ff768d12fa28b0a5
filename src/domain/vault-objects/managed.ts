import { Problem } from '#model/problem.ts'
import type { VaultObject } from './object.ts'

/** What a certificate keeps is changed by the certificate alone (key-vault.md 1.3, step 10). Raises `refusal` for `operation`. */
export function assertUnmanaged(
  { managed }: Pick<VaultObject, 'managed'>,
  refusal: 'KeyManaged' | 'SecretManaged',
  operation: string,
): void {
  if (managed === true) throw new Problem({ code: refusal, details: { operation } })
}
