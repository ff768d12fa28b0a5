import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { assertPurgeable, deletedNow, destroyObject } from '#domain/vault-objects/deletion.ts'
import { withDueAt } from './due.ts'
import { requireCertificate, requireDeletedCertificate } from './find-certificate.ts'
import { operationOf, removeOperation } from './operation.ts'
import { partsOf, stagePartsDeletion } from './parts.ts'
import type { Certificate, CertificateOperation } from './records.ts'
import { certificateScope, type CertificateName } from './reference.ts'

type LifeNeeds = Needs<'certificates' | 'certificateOperations' | 'keys' | 'secrets'>

/**
 * Takes a certificate away with its key and its secret; the name stays taken until it is purged (key-vault.md 4.6, 5). One that has no version yet was
 * never issued: nothing of it is kept, and `deleted` is absent. Raises `CertificateNotFound`.
 */
export async function deleteCertificate(
  context: LifeNeeds,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.delete'> },
): Promise<{ readonly certificate: Certificate; readonly operation: CertificateOperation | undefined }> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const certificate = await requireCertificate(context, call, { vault, name })
  const operation = await operationOf(context, call, { vault, name })
  if (operation !== undefined) removeOperation(context, call, operation)
  if (certificate.value.versions.length === 0) {
    context.certificates.remove(call, certificate)
    return { certificate: certificate.value, operation: operation?.value }
  }
  const deleted = deletedNow(call, vault)
  stagePartsDeletion(context, call, { ...(await partsOf(context, call, { vault, name })), deleted })
  return {
    certificate: context.certificates.update(call, certificate, withDueAt({ ...certificate.value, deleted })).value,
    operation: undefined,
  }
}

/** Brings a deleted certificate back with its key and its secret, as they were. Raises `DeletedCertificateNotFound`. */
export async function recoverCertificate(
  context: Needs<'certificates' | 'keys' | 'secrets'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.recover'> },
): Promise<Certificate> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const { certificate } = await requireDeletedCertificate(context, call, { vault, name })
  stagePartsDeletion(context, call, { ...(await partsOf(context, call, { vault, name })), deleted: undefined })
  const { deleted: _, ...live } = certificate.value
  return context.certificates.update(call, certificate, withDueAt(live)).value
}

/** Destroys a deleted certificate, its key and its secret: all names are free at once. Raises `DeletedCertificateNotFound`, `PurgeProtected`. */
export async function purgeCertificate(
  context: Needs<'certificates' | 'keys' | 'secrets'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.purge'> },
): Promise<void> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const { certificate, deleted } = await requireDeletedCertificate(context, call, { vault, name })
  assertPurgeable(call, vault, deleted)
  const { key, secret } = await partsOf(context, call, { vault, name })
  destroyObject(context.keys, call, key)
  destroyObject(context.secrets, call, secret)
  context.certificates.remove(call, certificate)
}
