import type { Certificate, CertificateVersion, LifetimeAction } from './records.ts'
import { nextNotice, thirtyDaysBefore } from '#domain/vault-objects/expiry.ts'
import { isUnknown } from './policy.ts'

const dayMs = 86_400_000
/** After a renewal that came to nothing. */
export const retryMs = dayMs

/** When a lifetime action is to be taken of a version. */
function triggeredAt(
  { lifetimePercentage, daysBeforeExpiry }: LifetimeAction,
  { notBefore, expires }: CertificateVersion,
): number | undefined {
  if (notBefore === undefined || expires === undefined) return undefined
  if (daysBeforeExpiry !== undefined) return expires - daysBeforeExpiry * dayMs
  return lifetimePercentage === undefined ? undefined : notBefore + Math.floor(((expires - notBefore) * lifetimePercentage) / 100)
}

/** What is due of the current version: a renewal, or a word to the contacts. Where nobody issues, renewing is theirs (key-vault.md 4.7). */
export interface LifetimeDue {
  readonly at: number
  readonly does: 'renew' | 'announce'
}

export function lifetimeDue(certificate: Certificate): LifetimeDue | undefined {
  const { policy, versions, deleted, lifetime } = certificate
  const current = versions.at(-1)
  if (current === undefined || !current.enabled || deleted !== undefined) return undefined
  const done = lifetime?.version === current.id ? lifetime : undefined
  const dues = policy.lifetimeActions.flatMap((action): readonly LifetimeDue[] => {
    const trigger = triggeredAt(action, current)
    if (trigger === undefined) return []
    if (action.action === 'AutoRenew' && !isUnknown(policy)) {
      const tried = done?.renewalTriedAt
      return [{ at: tried === undefined ? trigger : tried + retryMs, does: 'renew' }]
    }
    return done?.announced === true ? [] : [{ at: trigger, does: 'announce' }]
  })
  return dues.toSorted((one, other) => one.at - other.at)[0]
}

/** The same certificate with the time at which a scheduler must look at it: every verb that changes one ends with this. */
export function withDueAt(certificate: Certificate): Certificate {
  const { dueAt: _before, ...rest } = certificate
  const times = [lifetimeDue(certificate)?.at, nextNotice(certificate, thirtyDaysBefore)?.at].filter(at => at !== undefined)
  const dueAt = certificate.deleted?.scheduledPurgeAt ?? (times.length === 0 ? undefined : Math.min(...times))
  return dueAt === undefined ? rest : { ...rest, dueAt }
}
