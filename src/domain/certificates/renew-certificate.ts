import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { withDueAt } from './due.ts'
import type { HeldCertificate } from './find-certificate.ts'
import { currentOf } from './get-certificate.ts'
import { operationOf } from './operation.ts'
import type { CertificateOperation, CertificatePolicy } from './records.ts'
import { certificateScope, type CertificateName } from './reference.ts'
import { issuerKind, requestCertificate, type RequestNeeds } from './request-certificate.ts'

/**
 * Asks for the next version by the same policy, with the current one's tags; what is under way already is left to come to its end.
 * It is tried again after a day, unless a new version came of it (key-vault.md 4.7).
 */
export async function renewCertificate(
  context: RequestNeeds & Needs<'certificates' | 'certificateOperations'>,
  call: Call,
  what: { readonly permit: Permit<'certificate.renew'>; readonly named: CertificateName; readonly certificate: HeldCertificate },
): Promise<void> {
  const { permit, named, certificate } = what
  assertPermits(permit, certificateScope(named.vault, named.name))
  const current = currentOf(certificate.value)
  const { announced } = certificate.value.lifetime?.version === current.id ? certificate.value.lifetime : {}
  const lifetime = { version: current.id, renewalTriedAt: call.at, ...(announced === true && { announced }) }
  const before = context.certificates.update(call, certificate, withDueAt({ ...certificate.value, lifetime }))
  const earlier = await operationOf(context, call, named)
  if (earlier?.value.status === 'inProgress') {
    call.details.set('waits', 'a request is under way')
    return
  }
  await requestCertificate(context, call, {
    named,
    before,
    earlier,
    policy: certificate.value.policy,
    issuer: await answeredBy(context, call, { named, policy: certificate.value.policy }),
    enabled: true,
    tags: current.tags,
    preserveOrder: current.preserveOrder,
    renewal: true,
    portSuffix: certificate.value.portSuffix,
  })
}

/** An issuer that is gone or disabled by now leaves a failed request, like one that is not connected: its contacts are to hear of it. */
async function answeredBy(
  context: Needs<'certificateIssuers'>,
  call: Call,
  at: { readonly named: CertificateName; readonly policy: CertificatePolicy },
): Promise<CertificateOperation['issuer']> {
  try {
    return await issuerKind(context, call, at)
  } catch (error) {
    if (error instanceof Problem && error.body.code === 'IssuerUnusable') return 'other'
    throw error
  }
}
