import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { withDueAt } from './due.ts'
import { requireDeletedSecret } from './find-secret.ts'
import type { Secret } from './records.ts'
import { secretScope, type SecretName } from './reference.ts'

/** Brings a deleted secret back as it was, with every version; nothing of it counts as updated. Raises `DeletedSecretNotFound`. */
export async function recoverSecret(
  context: Needs<'secrets'>,
  call: Call,
  request: SecretName & { readonly permit: Permit<'secret.recover'> },
): Promise<Secret> {
  const { permit, vault, name } = request
  assertPermits(permit, secretScope(vault, name))
  const { secret } = await requireDeletedSecret(context, call, { vault, name })
  const { deleted: _, ...live } = secret.value
  return context.secrets.update(call, secret, withDueAt(live)).value
}
