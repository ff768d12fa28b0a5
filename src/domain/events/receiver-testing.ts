// For tests alone: a way out with one receiver behind it, that answers as it is told and keeps what it was sent.
import { z } from 'zod'
import { OutgoingFailed, type Outgoing, type OutgoingAnswer, type OutgoingMessage } from '#ports/outgoing.ts'

export interface Sent {
  readonly url: string
  readonly method: 'POST' | 'OPTIONS'
  readonly headers: Readonly<Record<string, string>>
  /** As JSON. */
  readonly body: unknown
}

/** The event of a message in Event Grid's schema, which is a list of one. */
export function eventIn({ body }: Pick<Sent, 'body'>): Readonly<Record<string, unknown>> {
  return z.tuple([z.record(z.string(), z.unknown())]).parse(body)[0]
}

export interface TestReceiver {
  readonly outgoing: Outgoing
  /** Handshakes left out. */
  readonly events: () => readonly Sent[]
  readonly handshakes: () => readonly Sent[]
  /** The next answers to events: a status, or that nobody answers; after them 200 again. */
  answers(...next: readonly (number | 'unreachable')[]): void
  /** Events are answered when this is over. */
  waits(until: Promise<void>): void
  /** How handshakes are answered from now on; `undefined`: as they must be. */
  shakes(how: ((sent: Sent) => OutgoingAnswer) | undefined): void
}

const answer = (status: number, body: unknown = {}, header?: string): OutgoingAnswer => ({
  status,
  body: new TextEncoder().encode(JSON.stringify(body)),
  ...(header !== undefined && { header }),
})

export function testReceiver(): TestReceiver {
  const all: Sent[] = []
  const answers: (number | 'unreachable')[] = []
  let shake: ((sent: Sent) => OutgoingAnswer) | undefined
  let waiting: Promise<void> | undefined
  const isHandshake = ({ method, headers }: Sent): boolean => method === 'OPTIONS' || headers['aeg-event-type'] === 'SubscriptionValidation'
  const agree = (sent: Sent): OutgoingAnswer =>
    sent.method === 'OPTIONS' ? answer(200, {}, 'eventgrid.azure.net') : answer(200, { validationResponse: codeIn(sent) })
  return {
    events: () => all.filter(sent => !isHandshake(sent)),
    handshakes: () => all.filter(isHandshake),
    answers: (...next) => void answers.push(...next),
    waits: until => void (waiting = until),
    shakes: how => void (shake = how),
    outgoing: {
      get: async () => Promise.reject(new OutgoingFailed('refused', 'nothing is read here')),
      post: async (_purpose, url, message) => {
        const sent = sentAs(url, message)
        all.push(sent)
        if (isHandshake(sent)) return (shake ?? agree)(sent)
        await waiting
        const next = answers.shift() ?? 200
        if (next === 'unreachable') throw new OutgoingFailed('unreachable', 'nobody is there')
        return answer(next)
      },
    },
  }
}

function sentAs(url: string, { method, headers, body }: OutgoingMessage): Sent {
  const text = new TextDecoder().decode(body)
  return { url, method: method ?? 'POST', headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** What a handshake asks to be said. */
export const codeIn = (sent: Pick<Sent, 'body'>): string =>
  z.object({ validationCode: z.string() }).parse(eventIn(sent)['data']).validationCode
