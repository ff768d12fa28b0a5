import { createHmac } from 'node:crypto'
import { entryId } from '#domain/audit/entry-id.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { WebhookMessage } from '#ports/webhooks.ts'
import type { Told } from './rule.ts'
import type { Alarm } from './records.ts'

/** What a secret of Standard Webhooks looks like to who is given it. */
export const secretText = (secret: SecretBytes): string => `whsec_${Buffer.from(secret.bytes).toString('base64')}`

export const alarmBody = (alarm: Pick<Alarm, 'name'>, { row, told }: { readonly row: Pick<AuditRow, 'at'>; readonly told: Told }): string =>
  JSON.stringify({ type: 'alarm', alarm: alarm.name, timestamp: row.at, record: told.record })

/** The same whenever the row is told by this alarm: the receiver knows repetitions by it. */
export const messageId = (alarm: Pick<Alarm, 'id'>, { node, seq, requestId }: Pick<AuditRow, 'node' | 'seq' | 'requestId'>): string =>
  `msg_${entryId({ requestId, place: seq, of: `${node} ${alarm.id}` })}`

export interface Signing {
  readonly id: string
  readonly body: string
  readonly secret: SecretBytes
  /** Epoch milliseconds of this try. */
  readonly now: number
}

/** As standardwebhooks.com signs: HMAC-SHA-256 over id, seconds and body. */
export function signedMessage({ url, ca }: NonNullable<Alarm['webhook']>, { id, body, secret, now }: Signing): WebhookMessage {
  const timestamp = Math.floor(now / 1_000).toString()
  const signature = createHmac('sha256', secret.bytes).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    url,
    ...(ca !== undefined && { ca }),
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  }
}
