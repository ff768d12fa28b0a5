import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { objectPath } from '#domain/vault-objects/reference.ts'
import type { CertificateOperation } from './records.ts'
import type { CertificateName } from './reference.ts'

export type HeldOperation = Held<CertificateOperation, readonly [name: string]>

/** The last request for a certificate, whatever became of it. */
export const operationOf = async (
  { certificateOperations }: Needs<'certificateOperations'>,
  call: Call,
  { vault, name }: CertificateName,
): Promise<HeldOperation | undefined> => certificateOperations.get(call, vault.compartment, objectPath(name))

/** The same where it must be there, and be that very one where its id is given. Raises `PendingCertificateNotFound`. */
export async function requireOperation(
  context: Needs<'certificateOperations'>,
  call: Call,
  named: CertificateName & { readonly requestId?: string | undefined },
): Promise<HeldOperation> {
  const found = await operationOf(context, call, named)
  if (found === undefined || (named.requestId !== undefined && named.requestId !== found.value.requestId))
    throw new Problem({ code: 'PendingCertificateNotFound', details: { name: named.name } })
  return found
}

/** One request at a time. Raises `CertificatePending`. */
export async function assertNoneInProgress(
  context: Needs<'certificateOperations'>,
  call: Call,
  named: CertificateName,
): Promise<HeldOperation | undefined> {
  const found = await operationOf(context, call, named)
  if (found?.value.status === 'inProgress') throw new Problem({ code: 'CertificatePending' })
  return found
}

/** Takes the request away with the key that was made for it. */
export function removeOperation({ certificateOperations }: Needs<'certificateOperations'>, call: Call, operation: HeldOperation): void {
  certificateOperations.remove(call, operation)
  call.materials.push({ removeOf: operation.id })
}

/** Stages its end; a key that nobody waits for any more goes. A failed one keeps it: its request may still be signed elsewhere and merged. */
export function endOperation(
  { certificateOperations }: Needs<'certificateOperations'>,
  call: Call,
  end: {
    readonly operation: HeldOperation
    readonly status: 'completed' | 'cancelled' | 'failed'
    readonly error?: { readonly code: string; readonly message: string }
  },
): CertificateOperation {
  const { operation, status, error } = end
  const { dueAt: _dueAt, ...rest } = operation.value
  if (status !== 'failed') call.materials.push({ removeOf: operation.id })
  return certificateOperations.update(call, operation, { ...rest, status, ...(error !== undefined && { error: { ...error } }) }).value
}
