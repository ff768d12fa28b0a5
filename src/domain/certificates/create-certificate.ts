import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { ObjectTags } from '#domain/vault-objects/attributes.ts'
import { assertNameUntaken, recordForNewVersion } from './find-certificate.ts'
import { assertNoneInProgress } from './operation.ts'
import { policyAfter, type PolicyChange } from './policy.ts'
import type { Certificate, CertificateOperation } from './records.ts'
import { certificateScope, type CertificateName } from './reference.ts'
import { issuerKind, requestCertificate, type RequestNeeds } from './request-certificate.ts'

/**
 * Asks for a certificate, or for the next version of the one under this name: by the policy given, or by the one that is there. What is made is
 * made after the answer (key-vault.md 4.1). Raises the refusals of `policyAfter`, `IssuerUnusable`, `CertificateNameDeleted`, `CertificatePending`, `CertificateNameTaken`.
 */
export async function createCertificate(
  context: RequestNeeds & Needs<'secrets'>,
  call: Call,
  request: CertificateName & {
    readonly permit: Permit<'certificate.create'>
    readonly policy?: PolicyChange | undefined
    readonly enabled?: boolean | undefined
    readonly tags?: ObjectTags | undefined
    readonly preserveOrder?: boolean | undefined
    /** Of the request's URL. */
    readonly portSuffix?: string | undefined
  },
): Promise<{ readonly certificate: Certificate; readonly operation: CertificateOperation }> {
  const { permit, vault, name, enabled = true, tags, preserveOrder, portSuffix } = request
  assertPermits(permit, certificateScope(vault, name))
  const named = { vault, name }
  const pki = await context.pki()
  const given = request.policy === undefined ? undefined : policyAfter(call, request.policy, { pki, vault })
  const before = await recordForNewVersion(context, call, named)
  const policy = given ?? before?.value.policy
  if (policy === undefined)
    throw new Problem({ code: 'InvalidBody', details: { name: 'policy', message: 'must be given where there is none yet' } })
  const issuer = await issuerKind(context, call, { named, policy })
  const earlier = await assertNoneInProgress(context, call, named)
  await assertNameUntaken(context, call, named)
  return requestCertificate(context, call, {
    named,
    before,
    earlier,
    policy,
    issuer,
    enabled,
    tags,
    preserveOrder,
    renewal: false,
    portSuffix,
  })
}
