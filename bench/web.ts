// Requests of the harness itself: setting up, and checking answers beside the load. TLS verified, keep-alive.
import { readFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Credentials, Environment } from './instance.ts'

export interface Exchange {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** Without the port. */
  readonly host: string
  /** With the query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface Web {
  send(exchange: Exchange): Promise<Reply>
  /** The JSON of an answer below 400; throws with the answer otherwise. */
  json(exchange: Exchange): Promise<unknown>
  close(): void
}

export function openWeb({ port, caFile }: { readonly port: number; readonly caFile: string }): Web {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(caFile), maxSockets: 64 })
  const send = async (exchange: Exchange): Promise<Reply> => sent(exchange, { agent, port })
  return {
    send,
    async json(exchange) {
      const reply = await send(exchange)
      if (reply.status >= 400)
        throw new Error(`${exchange.method} ${exchange.host}${exchange.path}: ${reply.status} ${reply.body.toString()}`)
      const value: unknown = reply.body.length === 0 ? undefined : JSON.parse(reply.body.toString())
      return value
    },
    close: () => agent.destroy(),
  }
}

async function sent(exchange: Exchange, via: { readonly agent: Agent; readonly port: number }): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const { method, host, path, body } = exchange
  const request = httpsRequest(
    { ...via, host: '127.0.0.1', servername: host, method, path, headers: headersOf(exchange, via.port) },
    response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
        resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) })
      })
      response.on('error', reject)
    },
  )
  request.on('error', reject)
  request.end(body)
  return promise
}

/** What an SDK sends: its user agent, an id, content type and length where there is a body. */
function headersOf({ host, headers, body }: Exchange, port: number): Record<string, string> {
  return {
    host: `${host}:${port}`,
    accept: 'application/json',
    'user-agent': 'azsdk-js-keyvault-keys/4.10.2 core-rest-pipeline/1.22.1 Node/26.10.0 OS/(x64-Linux)',
    'x-ms-client-request-id': '6d3c5f0e-7a0e-4f57-9a3a-0d7d6f1f4b11',
    'accept-encoding': 'gzip,deflate',
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body).toString() }),
    ...headers,
  }
}

/** The bytes that a load generator sends for an exchange. */
export function rawRequest(exchange: Exchange, port: number): Buffer {
  const lines = Object.entries(headersOf(exchange, port)).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${exchange.method} ${exchange.path} HTTP/1.1\r\n${lines.join('')}\r\n${exchange.body ?? ''}`)
}

const tokenShape = z.object({ access_token: z.string() })

export function tokenExchange({ domain, tenantId }: Environment, who: Credentials, resource: string): Exchange {
  return {
    method: 'POST',
    host: `login.${domain}`,
    path: `/${tenantId}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: who.clientId,
      client_secret: who.clientSecret,
      scope: `${resource}/.default`,
    }).toString(),
  }
}

export async function fetchToken(web: Web, environment: Environment, by: { who: Credentials; resource: string }): Promise<string> {
  return tokenShape.parse(await web.json(tokenExchange(environment, by.who, by.resource))).access_token
}

export const resources = { arm: 'https://management.azure.com', keyVault: 'https://vault.azure.net' } as const

/** Polls until an answer satisfies; throws when it does not in time. */
export async function eventually<T>(ask: () => Promise<T | undefined>, withinMs: number, everyMs = 50): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms`)
    await pause(everyMs)
  }
}
