import { nextNotice, nextNoticeOfOlder, thirtyDaysBefore } from '#domain/vault-objects/expiry.ts'
import type { OlderVersions, Secret } from './records.ts'

/** The same secret with the time at which a scheduler must look at it: every verb that changes one ends with this. Of a managed one, its certificate is due. */
export function withDueAt(secret: Secret): Secret {
  const { dueAt: _before, ...rest } = secret
  const dueAt = secret.managed === true ? undefined : (secret.deleted?.scheduledPurgeAt ?? nextNotice(secret, thirtyDaysBefore)?.at)
  return dueAt === undefined ? rest : { ...rest, dueAt }
}

/** The same of older versions: each that was asked for by its expiry is told of. */
export function olderDueAt({ versions }: OlderVersions): OlderVersions {
  const dueAt = nextNoticeOfOlder(versions, thirtyDaysBefore)?.at
  return { versions, ...(dueAt !== undefined && { dueAt }) }
}
