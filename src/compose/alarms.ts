import { syslogClient } from '#adapters/outgoing/syslog-client.ts'
import { webhookClient } from '#adapters/outgoing/webhook-client.ts'
import type { Config } from '#config'
import type { Watching } from '#domain/alarms/watch.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'

/** What of a row is told outside: its account's record of it, or the row. */
export const watchingOf = ({ syslog }: Config): Watching => ({
  tell(row) {
    const record = cloudTrailRecord(row)
    return record === undefined ? { name: row.operation, record: row } : { name: record.eventName, record }
  },
  webhooks: webhookClient,
  syslog: syslog === undefined ? undefined : syslogClient(syslog),
})
