import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { wholeSecond, type ObjectTags } from '#domain/vault-objects/attributes.ts'
import { withDueAt } from './due.ts'
import { requireCertificate, requireVersion } from './find-certificate.ts'
import { partsOf, stagePartsVersion } from './parts.ts'
import { policyAfter, type PolicyChange } from './policy.ts'
import type { Certificate, CertificatePolicy, CertificateVersion } from './records.ts'
import { certificateScope, type CertificateName, type CertificateReference } from './reference.ts'
import { issuerKind } from './request-certificate.ts'

type UpdatingNeeds = Needs<'certificates' | 'certificateIssuers' | 'keys' | 'secrets' | 'pki'>

/**
 * Changes what is named of one version, in its key and its secret too, and the policy of the next ones. Dates are the certificate's own.
 * Raises `CertificateNotFound` and the refusals of `policyAfter`.
 */
export async function updateCertificate(
  context: UpdatingNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'certificate.update'>
    readonly reference: CertificateReference
    readonly policy?: PolicyChange | undefined
    readonly enabled?: boolean | undefined
    readonly tags?: ObjectTags | undefined
  },
): Promise<{ readonly certificate: Certificate; readonly version: CertificateVersion }> {
  const { permit, reference, tags } = request
  assertPermits(permit, certificateScope(reference.vault, reference.name))
  const { certificate, version: before } = await requireVersion(context, call, reference)
  const policy =
    request.policy === undefined
      ? certificate.value.policy
      : await changedPolicy(context, call, { named: reference, before: certificate.value.policy, change: request.policy })
  const version: CertificateVersion = {
    ...before,
    enabled: request.enabled ?? before.enabled,
    ...(tags !== undefined && { tags: { ...tags } }),
    updatedAt: wholeSecond(call.at),
  }
  stagePartsVersion(context, call, { ...(await partsOf(context, call, reference)), like: version })
  const versions = certificate.value.versions.map(one => (one.id === version.id ? version : one))
  return {
    certificate: context.certificates.update(call, certificate, withDueAt({ ...certificate.value, policy, versions })).value,
    version,
  }
}

/** What is not named stays; what was certified so far stays in any case. Raises the refusals of `policyAfter`, `CertificateNotFound`. */
export async function updatePolicy(
  context: Needs<'certificates' | 'certificateIssuers' | 'pki'>,
  call: Call,
  request: CertificateName & { readonly permit: Permit<'certificate.update'>; readonly policy: PolicyChange },
): Promise<{ readonly certificate: Certificate; readonly policy: CertificatePolicy }> {
  const { permit, vault, name } = request
  assertPermits(permit, certificateScope(vault, name))
  const certificate = await requireCertificate(context, call, { vault, name })
  const policy = await changedPolicy(context, call, { named: { vault, name }, before: certificate.value.policy, change: request.policy })
  return { policy, certificate: context.certificates.update(call, certificate, withDueAt({ ...certificate.value, policy })).value }
}

async function changedPolicy(
  context: Needs<'certificateIssuers' | 'pki'>,
  call: Call,
  what: { readonly named: CertificateName; readonly before: CertificatePolicy; readonly change: PolicyChange },
): Promise<CertificatePolicy> {
  const { named, before, change } = what
  const policy = policyAfter(call, change, { pki: await context.pki(), vault: named.vault, before, taken: true })
  if (change.issuer !== undefined) await issuerKind(context, call, { named, policy })
  return policy
}
