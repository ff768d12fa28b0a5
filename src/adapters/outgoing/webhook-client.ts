import { request } from 'node:https'
import { isIP } from 'node:net'
import { OutgoingFailed } from '#ports/outgoing.ts'
import type { WebhookMessage, Webhooks } from '#ports/webhooks.ts'

/** security-and-reliability.md 5.7. */
const limits = { connectMs: 5_000, totalMs: 10_000, answerBytes: 64 * 1024 } as const

/** Messages to addresses of the operator's own choice: HTTPS alone, no redirect, no proxy of the surroundings, nothing kept of the answer but its status. */
export const webhookClient: Webhooks = {
  async post(message) {
    const url = URL.parse(message.url)
    if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '')
      throw new OutgoingFailed('refused', 'no https URL, or a user or a fragment in it')
    return posted(url, message)
  },
}

async function posted(url: URL, { ca, headers, body }: WebhookMessage): Promise<{ readonly status: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number }>()
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const fail = (cause: Error): void =>
    reject(cause instanceof OutgoingFailed ? cause : new OutgoingFailed('unreachable', `${host}: ${cause.message}`, { cause }))
  const outgoing = request({
    host,
    port: url.port === '' ? 443 : Number(url.port),
    method: 'POST',
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body).toString(), 'user-agent': 'keystead' },
    agent: false,
    timeout: limits.connectMs,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  })
  const deadline = setTimeout(() => outgoing.destroy(new OutgoingFailed('timeout', `${host} took too long`)), limits.totalMs)
  outgoing.on('timeout', () => outgoing.destroy(new OutgoingFailed('timeout', `${host} did not answer`)))
  outgoing.on('close', () => clearTimeout(deadline))
  outgoing.on('error', fail)
  outgoing.on('response', response => {
    let length = 0
    response.on('error', fail)
    response.on('data', (piece: Buffer) => {
      length += piece.length
      if (length > limits.answerBytes) outgoing.destroy()
    })
    resolve({ status: response.statusCode ?? 0 })
  })
  outgoing.end(body)
  return promise
}
