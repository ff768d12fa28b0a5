import type { AuditRow } from '#domain/audit/parse-row.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'

/** A row as the operator is shown it: of a call to an account's things with the record that the account's trail has of it. */
export function shownRow(row: AuditRow): Readonly<Record<string, unknown>> {
  const cloudTrail = cloudTrailRecord(row)
  return cloudTrail === undefined ? row : { ...row, cloudTrail }
}
