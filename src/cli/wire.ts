import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'

/** Where an instance's wires are, and what makes them trusted. Names need no resolver and no proxy: every one is at the TLS port. */
export interface Site {
  /** Where to connect: this machine without it. */
  readonly host?: string
  readonly port: number
  /** PEM; the system's own roots where there is none. */
  readonly ca: string | undefined
}

export const siteOf = (environment: unknown): Site => ({
  port: Number(memberOf(environment, 'port')),
  ca: readFileSync(textOf(memberOf(environment, 'caFile')), 'utf8'),
})

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface WireAnswer {
  readonly status: number
  readonly text: string
}

/** One request as any client sends it. Raises `CommandFailed` where nobody answers. */
export async function send(
  { host: at = '127.0.0.1', port, ca }: Site,
  { method, url, headers, body = '' }: WireRequest,
): Promise<WireAnswer> {
  const { host, hostname, pathname, search } = new URL(url)
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>()
  const sent = request(
    {
      host: at,
      port,
      servername: hostname,
      ...(ca !== undefined && { ca }),
      method,
      path: `${pathname}${search}`,
      headers: { host, ...headers, ...(body !== '' && { 'content-length': Buffer.byteLength(body) }) },
    },
    answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
      answer.on('error', reject)
    },
  )
  sent.on('error', reject)
  sent.end(body)
  return promise.catch((cause: unknown) => {
    throw new CommandFailed({
      exit: exits.unreachable,
      code: 'NotReachable',
      message: `${hostname} does not answer at port ${port}.`,
      because: cause instanceof Error ? cause.message : 'no connection',
      next: ['keystead status'],
    })
  })
}

/** What a body says, if it is JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
