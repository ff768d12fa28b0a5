import { Problem } from '#model/problem.ts'
import { OutgoingFailed } from '#ports/outgoing.ts'
import type { Needs } from '#domain/context.ts'
import { handshake, type Agreement } from './message.ts'
import type { EventSubscription } from './records.ts'

/** As long as the service waits for somebody who follows the link (Event Grid, "Endpoint validation"). */
const pendingMs = 600_000

/**
 * Nobody is sent anything who has not said that he wants it. Who takes the question and says nothing of it may still say so, by the link and the
 * token behind it: answered is what then waits. Raises `ArmRefused`, in the service's words.
 */
export async function shakeHands(
  { outgoing, ground }: Needs<'outgoing' | 'ground'>,
  subscription: EventSubscription,
  link: string,
): Promise<EventSubscription['pending']> {
  const { clock, random } = ground
  const token = Buffer.from(random.bytes(32)).toString('base64url')
  const shake = handshake(subscription, {
    id: random.uuid(),
    code: random.uuid().toUpperCase(),
    topic: subscription.vaultId,
    now: clock.now(),
    link: `${link}&token=${token}`,
  })
  const verb = shake.message.method ?? 'POST'
  const failed = failure(subscription.endpointUrl)
  try {
    const answer = await outgoing.post('events', subscription.endpointUrl, shake.message)
    if (answer.status < 200 || answer.status > 299) throw failed(`Http ${verb} request failed with response code ${answer.status}.`)
    const said = shake.judge(answer)
    if (said === 'refused') throw failed(refusals[verb])
    return pendingAfter(said, { token, until: clock.now() + pendingMs })
  } catch (error) {
    if (!(error instanceof OutgoingFailed)) throw error
    // Where the name led is nobody's business but the operator's.
    throw failed(
      error.failure === 'refused'
        ? 'Its host is not among those that this instance may send events to (event-hosts).'
        : `Http ${verb} request failed with response code Unknown.`,
    )
  }
}

const pendingAfter = (said: Agreement, pending: NonNullable<EventSubscription['pending']>): EventSubscription['pending'] =>
  said === 'silent' ? pending : undefined

const refusals = {
  POST: 'Http POST request returned 2XX response with a validation code that was not sent.',
  OPTIONS: 'Http OPTIONS request returned 2XX response with a WebHook-Allowed-Origin header that allows others than the sender.',
} as const

const failure =
  (endpointUrl: string) =>
  (why: string): Problem =>
    new Problem({
      code: 'ArmRefused',
      details: {
        status: 400,
        code: 'Url validation',
        message: `Webhook validation handshake failed for ${withoutQuery(endpointUrl)}. ${why} For troubleshooting, visit https://aka.ms/esvalidation.`,
      },
    })

/** What stands behind `?` may be a secret. */
export const withoutQuery = (url: string): string => url.split('?')[0] ?? url
