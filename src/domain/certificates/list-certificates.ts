import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Page } from '#domain/records/records.ts'
import type { Vault } from '#domain/resources/records.ts'
import { listObjects, pageOfVersions, type Listed } from '#domain/vault-objects/list-objects.ts'
import { certificateRecord } from './find-certificate.ts'
import type { Certificate, CertificateVersion } from './records.ts'
import { certificateScope, type CertificateName } from './reference.ts'

/** `any`: live ones, and those whose first version is still asked for. */
export async function listCertificates(
  context: Needs<'certificates'>,
  call: Call,
  request: Page & {
    readonly permit: Permit<'certificate.list'> | Permit<'certificate.listDeleted'>
    readonly vault: Vault
    readonly state: 'live' | 'any' | 'deleted'
  },
): Promise<Listed<Certificate>> {
  assertPermits(request.permit, request.vault.scope)
  return listObjects(context.certificates, call, request)
}

/** The versions of a certificate in the order of making; none of a name that is not there. Raises `CertificateNotFound` for a deleted one. */
export async function listCertificateVersions(
  context: Needs<'certificates'>,
  call: Call,
  request: CertificateName & Page & { readonly permit: Permit<'certificate.list'> },
): Promise<Listed<{ readonly certificate: Certificate; readonly version: CertificateVersion }>> {
  const { permit, vault, name, ...page } = request
  assertPermits(permit, certificateScope(vault, name))
  const found = await certificateRecord(context, call, { vault, name })
  if (found === undefined) return { items: [] }
  const certificate = found.value
  if (certificate.deleted !== undefined) throw new Problem({ code: 'CertificateNotFound', details: { name } })
  const listed = pageOfVersions(certificate.versions, page)
  return { ...listed, items: listed.items.map(version => ({ certificate, version })) }
}
