import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { requireCertificate } from './find-certificate.ts'
import { endOperation, removeOperation, requireOperation } from './operation.ts'
import type { Certificate, CertificateOperation } from './records.ts'
import { certificateScope, type CertificateName } from './reference.ts'

interface Shown {
  readonly certificate: Certificate
  readonly operation: CertificateOperation
}

type AskedFor = CertificateName & { readonly requestId?: string | undefined }

/** The last request for a certificate. Raises `PendingCertificateNotFound`. */
export async function getPendingCertificate(
  context: Needs<'certificates' | 'certificateOperations'>,
  call: Call,
  request: AskedFor & { readonly permit: Permit<'certificate.read'> },
): Promise<Shown> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const operation = await requireOperation(context, call, request)
  return { operation: operation.value, certificate: (await requireCertificate(context, call, { vault, name })).value }
}

/**
 * Asks that a request come to nothing. One that waits for somebody outside is called off at once; one that is being answered, if its answer has not
 * been given before (key-vault.md 4.4). Raises `PendingCertificateNotFound`, `NotInProgress`.
 */
export async function cancelPendingCertificate(
  context: Needs<'certificates' | 'certificateOperations'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.update'>; readonly cancellationRequested: boolean },
): Promise<Shown> {
  const { permit, vault, name, cancellationRequested } = request
  assertPermits(permit, certificateScope(vault, name))
  const operation = await requireOperation(context, call, { vault, name })
  const { value: certificate } = await requireCertificate(context, call, { vault, name })
  if (operation.value.status !== 'inProgress') throw new Problem({ code: 'NotInProgress' })
  const value = { ...operation.value, cancellationRequested }
  const asked = context.certificateOperations.update(call, operation, value)
  if (!cancellationRequested || value.issuer !== 'unknown') return { certificate, operation: asked.value }
  return { certificate, operation: endOperation(context, call, { operation: asked, status: 'cancelled' }) }
}

/** Forgets a request, whatever became of it; the key of one in progress goes too. What was never issued is gone with it. Raises `PendingCertificateNotFound`. */
export async function deletePendingCertificate(
  context: Needs<'certificates' | 'certificateOperations'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.update'> },
): Promise<Shown> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const operation = await requireOperation(context, call, { vault, name })
  const certificate = await requireCertificate(context, call, { vault, name })
  removeOperation(context, call, operation)
  if (certificate.value.versions.length === 0) context.certificates.remove(call, certificate)
  return { certificate: certificate.value, operation: operation.value }
}
