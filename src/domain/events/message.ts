import type { VaultEvent } from './vault-event.ts'
import type { OutgoingMessage } from '#ports/outgoing.ts'
import type { EventSubscription } from './records.ts'

type Addressed = Pick<EventSubscription, 'name' | 'deliverySchema'>

/** As long as the service waits for a receiver; a handshake keeps a request waiting, and is given less. */
export const deliveryWithinMs = 30_000
const handshakeWithinMs = 7_000
/** What receivers that ask who sends are told, as the service tells it. */
const origin = 'eventgrid.azure.net'

const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

/** One event as its receiver gets it: a list of one in Event Grid's schema, the event itself as a CloudEvent. `attempts`: tries that failed. */
export function deliveryMessage({ name, deliverySchema }: Addressed, event: VaultEvent, attempts: number): OutgoingMessage {
  const cloud = deliverySchema === 'CloudEventSchemaV1_0'
  return {
    headers: {
      'content-type': cloud ? 'application/cloudevents+json; charset=utf-8' : 'application/json; charset=utf-8',
      'aeg-event-type': 'Notification',
      'aeg-subscription-name': name.toUpperCase(),
      'aeg-delivery-count': attempts.toString(),
      'aeg-data-version': event.dataVersion,
      'aeg-metadata-version': event.metadataVersion,
      ...(cloud && { 'webhook-request-origin': origin }),
    },
    body: encoded(cloud ? cloudEvent(event) : [event]),
    withinMs: deliveryWithinMs,
  }
}

const cloudEvent = ({ id, topic, subject, eventType, eventTime, data }: VaultEvent) => ({
  id,
  source: topic,
  specversion: '1.0',
  type: eventType,
  subject,
  time: eventTime,
  data,
})

/** Asks whether the receiver wants what it is about to be sent: in Event Grid's schema it must say the code, of CloudEvents it must allow the origin. */
export interface Handshake {
  readonly message: OutgoingMessage
  /** Did it say yes, or no, or nothing of it: then it may say so by the link that it was sent. */
  judge(answer: { readonly body: Uint8Array; readonly header?: string }): Agreement
}

export type Agreement = 'agreed' | 'refused' | 'silent'

export function handshake(
  { name, deliverySchema }: Addressed,
  about: { readonly id: string; readonly code: string; readonly topic: string; readonly now: number; readonly link: string },
): Handshake {
  if (deliverySchema === 'CloudEventSchemaV1_0')
    return {
      message: {
        method: 'OPTIONS',
        headers: { 'webhook-request-origin': origin, 'webhook-request-callback': about.link },
        body: new Uint8Array(),
        withinMs: handshakeWithinMs,
        readHeader: 'webhook-allowed-origin',
      },
      judge: ({ header }) =>
        header === undefined
          ? 'silent'
          : header.split(',').some(one => ['*', origin].includes(one.trim().toLowerCase()))
            ? 'agreed'
            : 'refused',
    }
  const event = {
    id: about.id,
    topic: about.topic,
    subject: '',
    data: { validationCode: about.code, validationUrl: about.link },
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: Temporal.Instant.fromEpochMilliseconds(about.now).toString(),
    metadataVersion: '1',
    dataVersion: '1',
  }
  return {
    message: {
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'aeg-event-type': 'SubscriptionValidation',
        'aeg-subscription-name': name.toUpperCase(),
      },
      body: encoded([event]),
      withinMs: handshakeWithinMs,
    },
    judge({ body }) {
      const said = codeIn(body)?.toLowerCase()
      return said === undefined ? 'silent' : said === about.code.toLowerCase() ? 'agreed' : 'refused'
    },
  }
}

/** `validationResponse`, in any case. */
function codeIn(body: Uint8Array): string | undefined {
  try {
    const said: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (typeof said !== 'object' || said === null) return undefined
    const code: unknown = Object.entries(said).find(([name]) => name.toLowerCase() === 'validationresponse')?.[1]
    return typeof code === 'string' ? code : undefined
  } catch {
    return undefined
  }
}
