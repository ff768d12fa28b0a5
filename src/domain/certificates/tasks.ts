import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { tellExpiryIfDue } from '#domain/events/tell-expiry.ts'
import type { Due, DueTask } from '#domain/jobs/task.ts'
import { vaultOfCompartment } from '#domain/vault-objects/due-vault.ts'
import { thirtyDaysBefore } from '#domain/vault-objects/expiry.ts'
import { announceExpiry } from './announce.ts'
import { purgeCertificate } from './delete-certificate.ts'
import { lifetimeDue, withDueAt } from './due.ts'
import { certificateRecord, type HeldCertificate } from './find-certificate.ts'
import { issueTask } from './issue-task.ts'
import type { Certificate, CertificateVersion } from './records.ts'
import { certificateArmId, certificateScope } from './reference.ts'
import { renewCertificate } from './renew-certificate.ts'

/** What the scheduler does with a certificate whose time has come: its state says which it is. */
async function runIfDue(context: Context, call: Call, { compartment, path }: Due): Promise<boolean> {
  const at = vaultOfCompartment(context, call, compartment)
  const [name] = path
  if (at === undefined || name === undefined) return false
  const { vault, live } = at
  const certificate = await certificateRecord(context, call, { vault, name })
  if (certificate === undefined) return false
  const named = { vault, name: certificate.value.name }
  call.resource = certificateArmId(named)
  const { deleted } = certificate.value
  if (deleted !== undefined) {
    if (deleted.scheduledPurgeAt > call.at) return false
    call.operation = 'CertificatePurge'
    await purgeCertificate(context, call, {
      permit: context.access.permit(call, 'certificate.purge', { on: certificateScope(vault, name) }),
      ...named,
    })
    return true
  }
  // Certificates of a deleted vault wait for its recovery.
  if (!live) return false
  const due = lifetimeDue(certificate.value)
  if (due === undefined || due.at > call.at) return tellIfDue(context, call, certificate)
  const permit = context.access.permit(call, 'certificate.renew', { on: certificateScope(vault, name) })
  if (due.does === 'renew') await renewCertificate(context, call, { permit, named, certificate })
  else await announceExpiry(context, call, { named, certificate })
  return true
}

/** Tells that a version is about to expire, or has expired: once what was to be done about it is done. */
function tellIfDue(context: Context, call: Call, certificate: HeldCertificate): boolean {
  const what = { kind: 'Certificate', held: certificate, nearAt: thirtyDaysBefore } as const
  const versions = tellExpiryIfDue<CertificateVersion, Certificate>(context, call, what)
  if (versions === undefined) return false
  context.certificates.update(call, certificate, withDueAt({ ...certificate.value, versions }))
  return true
}

export const certificateTasks: readonly DueTask[] = [
  { family: 'certificates', operation: 'CertificateRenewIfDue', run: runIfDue },
  issueTask,
]
