import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { Problem } from '#model/problem.ts'
import { requireCertificate, requireDeletedCertificate, requireVersion } from './find-certificate.ts'
import { operationOf } from './operation.ts'
import type { Certificate, CertificateOperation, CertificatePolicy, CertificateVersion } from './records.ts'
import { certificateScope, type CertificateName, type CertificateReference } from './reference.ts'

/** A certificate in one version; `version` is absent while the first one is still asked for. */
export interface ShownCertificate {
  readonly certificate: Certificate
  readonly version: CertificateVersion | undefined
  /** The last request for it, whatever became of it. */
  readonly operation: CertificateOperation | undefined
}

/** A live certificate in one version, disabled or expired too. Raises `CertificateNotFound`. */
export async function getCertificate(
  context: Needs<'certificates' | 'certificateOperations'>,
  call: Call,
  request: { readonly permit: Permit<'certificate.read'>; readonly reference: CertificateReference },
): Promise<ShownCertificate> {
  const { permit, reference } = request
  assertPermits(permit, certificateScope(reference.vault, reference.name))
  const certificate = await requireCertificate(context, call, reference)
  const operation = (await operationOf(context, call, reference))?.value
  const waiting = certificate.value.versions.length === 0 && operation !== undefined
  if (waiting && (reference.version === 'current' || reference.version === operation.version))
    return { certificate: certificate.value, version: undefined, operation }
  return { certificate: certificate.value, version: (await requireVersion(context, call, reference)).version, operation }
}

/** What the next version is made by. Raises `CertificateNotFound`. */
export async function getPolicy(
  context: Needs<'certificates'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.read'> },
): Promise<{ readonly certificate: Certificate; readonly policy: CertificatePolicy }> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const { value } = await requireCertificate(context, call, { vault, name })
  return { certificate: value, policy: value.policy }
}

/** A soft-deleted certificate. Raises `DeletedCertificateNotFound`. */
export async function getDeletedCertificate(
  context: Needs<'certificates'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.readDeleted'> },
): Promise<Certificate> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  return (await requireDeletedCertificate(context, call, { vault, name })).certificate.value
}

/** The newest version of one that has any. */
export function currentOf(certificate: Certificate): CertificateVersion {
  const current = certificate.versions.at(-1)
  if (current === undefined) throw new Problem({ code: 'CertificateNotFound', details: { name: certificate.name } })
  return current
}
