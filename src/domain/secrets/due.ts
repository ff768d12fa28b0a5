import { nextNotice, thirtyDaysBefore } from '#domain/vault-objects/expiry.ts'
import type { Secret } from './records.ts'

/** The same secret with the time at which a scheduler must look at it: every verb that changes one ends with this. Of a managed one, its certificate is due. */
export function withDueAt(secret: Secret): Secret {
  const { dueAt: _before, ...rest } = secret
  const dueAt = secret.managed === true ? undefined : (secret.deleted?.scheduledPurgeAt ?? nextNotice(secret, thirtyDaysBefore)?.at)
  return dueAt === undefined ? rest : { ...rest, dueAt }
}
