// An instance beside a receiver of events that its operator lists; what the receiver is sent, it keeps in a file for the run to read.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { webhookReceiver, type Received, type Reply } from '#adapters/outgoing/webhook-testing.ts'
import { codeIn } from '#domain/events/receiver-testing.ts'
import type { Around } from './behind.ts'

const [urlVariable, fileVariable] = ['KEYSTEAD_TEST_RECEIVER', 'KEYSTEAD_TEST_RECEIVED']

const kept = z.object({ headers: z.record(z.string(), z.string()), body: z.string() })
type Kept = z.output<typeof kept>

/** The handshakes as Event Grid documents them; everything else is kept. */
function replyTo({ headers, body }: Received): Reply | undefined {
  if (headers['aeg-event-type'] === 'SubscriptionValidation')
    return {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ validationResponse: codeIn({ body: JSON.parse(body) }) }),
    }
  const origin = headers['webhook-request-origin']
  return origin !== undefined && body === '' ? { headers: { 'webhook-allowed-origin': origin }, body: '' } : undefined
}

export async function besideReceiver(): Promise<Around> {
  const dir = mkdtempSync(join(tmpdir(), 'keystead-receiver-'))
  const [ca, file] = [join(dir, 'ca.pem'), join(dir, 'received')]
  writeFileSync(file, '')
  const receiver = await webhookReceiver(one => {
    const reply = replyTo(one)
    if (reply === undefined) appendFileSync(file, `${JSON.stringify({ headers: one.headers, body: one.body })}\n`)
    return reply
  })
  writeFileSync(ca, receiver.ca)
  return {
    instance: { KEYSTEAD_EVENT_HOSTS: URL.parse(receiver.url)?.host ?? '', KEYSTEAD_OUTGOING_CA_FILE: ca },
    client: { [urlVariable]: receiver.url, [fileVariable]: file },
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true })
      await receiver[Symbol.asyncDispose]()
    },
  }
}

/** Behind an instance that `besideReceiver` is around. */
export const receiverUrl = (): string => process.env[urlVariable] ?? ''

/** What was sent to a subscription, in order, once there are so many; throws where they do not come. */
export async function receivedBy(subscription: string, count: number, withinMs = 20_000): Promise<readonly Kept[]> {
  const end = performance.now() + withinMs
  for (;;) {
    const lines = readFileSync(process.env[fileVariable] ?? '', 'utf8')
      .split('\n')
      .slice(0, -1)
    const found = lines
      .map(line => kept.parse(JSON.parse(line)))
      .filter(({ headers }) => headers['aeg-subscription-name'] === subscription.toUpperCase())
    if (found.length >= count) return found
    if (performance.now() > end) throw new Error(`${subscription} was sent ${found.length} of ${count} events`)
    await pause(50)
  }
}
