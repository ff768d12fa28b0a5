import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { recordOf, type HeldObject } from '#domain/vault-objects/find-object.ts'
import type { Deletion } from '#domain/vault-objects/object.ts'
import type { Certificate, CertificateVersion } from './records.ts'
import type { CertificateName, CertificateReference } from './reference.ts'

export type HeldCertificate = HeldObject<Certificate>

export interface FoundCertificate {
  readonly certificate: HeldCertificate
  readonly version: CertificateVersion
}

/** The record under a name, deleted or not, with or without versions; `undefined` where there is none. */
export const certificateRecord = async (
  { certificates }: Needs<'certificates'>,
  call: Call,
  named: CertificateName,
): Promise<HeldCertificate | undefined> => recordOf(certificates, call, named)

/** A live one, though its first version may still be asked for. Raises `CertificateNotFound`. */
export async function requireCertificate(context: Needs<'certificates'>, call: Call, named: CertificateName): Promise<HeldCertificate> {
  const found = await certificateRecord(context, call, named)
  if (found === undefined || found.value.deleted !== undefined)
    throw new Problem({ code: 'CertificateNotFound', details: { name: named.name } })
  return found
}

/** A live certificate in the version asked for. Raises `CertificateNotFound`. */
export async function requireVersion(
  context: Needs<'certificates'>,
  call: Call,
  reference: CertificateReference,
): Promise<FoundCertificate> {
  const certificate = await requireCertificate(context, call, reference)
  const { versions } = certificate.value
  const version = reference.version === 'current' ? versions.at(-1) : versions.find(one => one.id === reference.version)
  if (version !== undefined) return { certificate, version }
  const { name } = reference
  throw new Problem({
    code: 'CertificateNotFound',
    details: { name, ...(reference.version !== 'current' && { version: reference.version }) },
  })
}

/** A soft-deleted certificate: raises `DeletedCertificateNotFound`. */
export async function requireDeletedCertificate(
  context: Needs<'certificates'>,
  call: Call,
  named: CertificateName,
): Promise<{ readonly certificate: HeldCertificate; readonly deleted: Deletion }> {
  const certificate = await certificateRecord(context, call, named)
  const deleted = certificate?.value.deleted
  if (certificate === undefined || deleted === undefined)
    throw new Problem({ code: 'DeletedCertificateNotFound', details: { name: named.name } })
  return { certificate, deleted }
}

/** The record under a name that may take a version or a request for one. Raises `CertificateNameDeleted`. */
export async function recordForNewVersion(
  context: Needs<'certificates'>,
  call: Call,
  named: CertificateName,
): Promise<HeldCertificate | undefined> {
  const found = await certificateRecord(context, call, named)
  if (found?.value.deleted !== undefined) throw new Problem({ code: 'CertificateNameDeleted', details: { name: found.value.name } })
  return found
}

/** A certificate's key and secret bear its name: nobody else's may (key-vault.md 4.6). Raises `CertificateNameTaken`. */
export async function assertNameUntaken(context: Needs<'keys' | 'secrets'>, call: Call, named: CertificateName): Promise<void> {
  const [key, secret] = [await recordOf(context.keys, call, named), await recordOf(context.secrets, call, named)]
  const kind =
    key !== undefined && key.value.managed !== true ? 'key' : secret !== undefined && secret.value.managed !== true ? 'secret' : undefined
  if (kind !== undefined) throw new Problem({ code: 'CertificateNameTaken', details: { name: named.name, kind } })
}
