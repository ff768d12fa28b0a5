import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { IssuedCertificate } from './records.ts'

/** From now on a certificate of the tenant's authority stands no more; said twice, the first time counts. Raises `IssuedCertificateNotFound`. */
export async function revokeIssued(
  { issuedCertificates }: Needs<'issuedCertificates'>,
  call: Call,
  request: { readonly permit: Permit<'authority.revoke'>; readonly tenantId: string; readonly serial: string },
): Promise<IssuedCertificate> {
  const { permit, tenantId } = request
  assertPermits(permit, rootScope)
  const serial = request.serial.replaceAll(':', '').toLowerCase()
  const issued = await issuedCertificates.get(call, compartmentOfGuid(tenantId), [serial])
  if (issued === undefined) throw new Problem({ code: 'IssuedCertificateNotFound', details: { serial } })
  call.resource = issued.value.subjectId
  call.details.set('serial', serial)
  if (issued.value.revokedAt !== undefined) return issued.value
  return issuedCertificates.update(call, issued, { ...issued.value, revokedAt: call.at }).value
}
